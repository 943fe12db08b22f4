// The client's methods for costs, and for whether charges and books are right.

import type { Body, Query } from './replies.ts';
import { type CallOptions, type KeyOptions, keyHeaders, type Send } from './transport.ts';

/** One method for each route; all may be repeated. */
export function billingMethods(call: Send) {
  return {
    /**
     * What instances cost, by group. By lease, job or hour it comes in pages, and a group may be on
     * several of them: its amounts add up.
     */
    readCosts: (query: Query<'readCosts'> = {}, { signal }: CallOptions = {}) =>
      call('readCosts', { query, signal }),

    /** What one lease costs: so far, and by its deadline. */
    readLeaseCost: (id: string, { signal }: CallOptions = {}) =>
      call('readLeaseCost', { params: { id }, signal }),

    /** Operators: proves that the books agree, some accounts at a time. It changes nothing. */
    verifyLedger: (body: Body<'verifyLedger'> = {}, { signal }: CallOptions = {}) =>
      call('verifyLedger', { body, signal }),

    /**
     * Operators: charges a settled lease more, or gives back. Retries carry the same key; without a
     * key of your own, repeating this method corrects it again.
     */
    correctCharge: (id: string, body: Body<'correctCharge'>, { signal, ...key }: KeyOptions = {}) =>
      call('correctCharge', { params: { id }, body, headers: keyHeaders(key), signal }),

    /** Operators: compares a provider's charges with ours now, and trues up what differs. */
    reconcileCharges: (body: Body<'reconcileCharges'> = {}, { signal }: CallOptions = {}) =>
      call('reconcileCharges', { body, signal }),

    /** Operators: the results of the last comparisons. */
    readReconciliations: ({ signal }: CallOptions = {}) => call('readReconciliations', { signal }),
  };
}
