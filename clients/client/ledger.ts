// The client's methods for accounts and the ledger. `self` is the caller's own account.

import { consumerInPath, SELF } from '../../shared/api/contract/ledger.ts';
import type { Body, Query } from './replies.ts';
import type { CallOptions, Send } from './transport.ts';

const of = (consumer: string) => ({ consumer: consumerInPath(consumer) });

/** One method for each route; all are safe to repeat. */
export function ledgerMethods(call: Send) {
  return {
    /**
     * The limits of an account, what is left of them, and its holds. Operators may name any
     * consumer.
     */
    readAccount: (consumer: string = SELF, { signal }: CallOptions = {}) =>
      call('readAccount', { params: of(consumer), signal }),

    /** Operators: replaces all limits of the given version; version 0 opens an account. */
    changeAccount: (consumer: string, body: Body<'changeAccount'>, { signal }: CallOptions = {}) =>
      call('changeAccount', { params: of(consumer), body, signal }),

    /** A page of an account's events, oldest first. */
    readAccountEvents: (
      consumer: string = SELF,
      { cursor, signal }: CallOptions & { readonly cursor?: string | undefined } = {},
    ) => call('readAccountEvents', { params: of(consumer), query: { cursor }, signal }),

    /** A page of the ledger, oldest entry first. */
    readLedger: (query: Query<'readLedger'> = {}, { signal }: CallOptions = {}) =>
      call('readLedger', { query, signal }),
  };
}
