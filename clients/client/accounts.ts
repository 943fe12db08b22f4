// The client's methods for accounts. `self` is the caller's own.

import { consumerInPath, SELF } from '../../shared/api/contract/ledger.ts';
import type { Routed } from './operations.ts';
import type { Body } from './replies.ts';

type CallOptions = { readonly signal?: AbortSignal | undefined };

const of = (consumer: string) => ({ consumer: consumerInPath(consumer) });

/** One method for each route; all may be repeated. */
export function accountRoutes(call: Routed) {
  return {
    /** Limits, what is left of them, and what takes it up; operators: anybody's. */
    readAccount: (consumer: string = SELF, { signal }: CallOptions = {}) =>
      call('readAccount', { params: of(consumer), signal }),

    /** Operators: replaces all limits of the version that was read; version 0 opens an account. */
    changeAccount: (consumer: string, body: Body<'changeAccount'>, { signal }: CallOptions = {}) =>
      call('changeAccount', { params: of(consumer), body, signal }),

    /** A page of what happened to an account, oldest first. */
    readAccountEvents: (
      consumer: string = SELF,
      { cursor, signal }: CallOptions & { readonly cursor?: string | undefined } = {},
    ) => call('readAccountEvents', { params: of(consumer), query: { cursor }, signal }),
  };
}
