// The client's methods about charges, for operators.

import { randomUUID } from 'node:crypto';
import type { Routed } from './operations.ts';
import type { Body } from './replies.ts';

type CallOptions = { readonly signal?: AbortSignal | undefined };
type KeyOptions = CallOptions & { readonly idempotencyKey?: string | undefined };

/** One method for each route; all may be repeated. */
export function chargeMethods(call: Routed) {
  return {
    /**
     * Operators: charges a settled lease more, or gives back. Retries carry the same key; without a
     * key of your own, repeating this method corrects it again.
     */
    correctCharge: (
      id: string,
      body: Body<'correctCharge'>,
      { idempotencyKey = randomUUID(), signal }: KeyOptions = {},
    ) => {
      const headers = { 'idempotency-key': idempotencyKey };
      return call('correctCharge', { params: { id }, body, headers, signal });
    },

    /** Operators: compares a provider's charges with ours now, and trues up what differs. */
    reconcileCharges: (body: Body<'reconcileCharges'> = {}, { signal }: CallOptions = {}) =>
      call('reconcileCharges', { body, signal }),

    /** Operators: what the last comparisons came to. */
    readReconciliations: ({ signal }: CallOptions = {}) => call('readReconciliations', { signal }),
  };
}
