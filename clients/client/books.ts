// The client's methods that read the books: costs, the ledger, and whether it adds up.

import type { Routed } from './operations.ts';
import type { Body, Query } from './replies.ts';

type CallOptions = { readonly signal?: AbortSignal | undefined };

/** One method for each route; all may be repeated. */
export function bookRoutes(call: Routed) {
  return {
    /**
     * What machines cost, by group. By lease, job or hour it comes in pages, and a group may be on
     * several of them: its amounts add up.
     */
    readCosts: (query: Query<'readCosts'> = {}, { signal }: CallOptions = {}) =>
      call('readCosts', { query, signal }),

    /** What one lease costs: so far, and by its deadline. */
    readLeaseCost: (id: string, { signal }: CallOptions = {}) =>
      call('readLeaseCost', { params: { id }, signal }),

    /** A page of the ledger, the oldest entries first. */
    readLedger: (query: Query<'readLedger'> = {}, { signal }: CallOptions = {}) =>
      call('readLedger', { query, signal }),

    /** Operators: proves that the books agree, some accounts at a time. It changes nothing. */
    verifyLedger: (body: Body<'verifyLedger'> = {}, { signal }: CallOptions = {}) =>
      call('verifyLedger', { body, signal }),
  };
}
