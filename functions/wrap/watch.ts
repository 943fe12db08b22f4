// What every function does with a call that failed, whatever calls it.

import type { MiddlewareObj } from '@middy/core';
import { currentRuntime } from '../../shared/app/runtime.ts';

/** One line for each call that failed; an allow-list of fields, so that no secret gets in. */
export const watch = (
  kindOf: (event: unknown) => string,
): MiddlewareObj<unknown, unknown, Error> => ({
  onError: ({ error, event, context }) => {
    const leaseId = (event as { leaseId?: unknown } | null)?.leaseId;
    const id = typeof leaseId === 'string' ? leaseId : undefined;
    const { awsRequestId: requestId } = context;
    const { name, message } = error ?? { name: 'Error', message: undefined };
    currentRuntime().log({ kind: kindOf(event), error: name, message, id, requestId });
  },
});
