// The client's methods for costs, corrections and the last reconciliations.

import type { Body, Query } from './replies.ts';
import { type CallOptions, type KeyOptions, keyHeaders, type Send } from './transport.ts';

/** One method for each route; all are safe to repeat. */
export function billingMethods(call: Send) {
  return {
    /**
     * Costs by group. By lease, job or hour the reply has pages, and a group may be on several of
     * them: add up its amounts.
     */
    readCosts: (query: Query<'readCosts'> = {}, { signal }: CallOptions = {}) =>
      call('readCosts', { query, signal }),

    /** The cost of one lease so far, and its forecast. */
    readLeaseCost: (id: string, { signal }: CallOptions = {}) =>
      call('readLeaseCost', { params: { id }, signal }),

    /**
     * Operators: corrects the charge of a settled lease; an amount below zero is a refund. Retries
     * carry the same key. Without an `idempotencyKey`, repeating this method adds another
     * correction.
     */
    correctCharge: (id: string, body: Body<'correctCharge'>, { signal, ...key }: KeyOptions = {}) =>
      call('correctCharge', { params: { id }, body, headers: keyHeaders(key), signal }),

    /** Operators: the last reconciliation of each provider. */
    readReconciliations: ({ signal }: CallOptions = {}) => call('readReconciliations', { signal }),
  };
}
