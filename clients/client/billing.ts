// The client's methods for costs, corrections, reconciliations and ledger verification.

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

    /** Operators: verifies a page of accounts. It changes nothing. */
    verifyLedger: (body: Body<'verifyLedger'> = {}, { signal }: CallOptions = {}) =>
      call('verifyLedger', { body, signal }),

    /**
     * Operators: corrects the charge of a settled lease; an amount below zero is a refund. Retries
     * carry the same key. Without an `idempotencyKey`, repeating this method adds another
     * correction.
     */
    correctCharge: (id: string, body: Body<'correctCharge'>, { signal, ...key }: KeyOptions = {}) =>
      call('correctCharge', { params: { id }, body, headers: keyHeaders(key), signal }),

    /** Operators: compares a provider's charges with the ledger now, and trues up differences. */
    reconcileCharges: (body: Body<'reconcileCharges'> = {}, { signal }: CallOptions = {}) =>
      call('reconcileCharges', { body, signal }),

    /** Operators: the last reconciliation of each provider. */
    readReconciliations: ({ signal }: CallOptions = {}) => call('readReconciliations', { signal }),
  };
}
