// The client's methods for accounts and the ledger. `self` is the caller's own account.

import { consumerInPath, SELF } from '../../shared/api/contract/ledger.ts';
import type { Body, Query } from './replies.ts';
import type { CallOptions, Send } from './transport.ts';

const of = (consumer: string) => ({ consumer: consumerInPath(consumer) });

/** One method for each route; all may be repeated. */
export function ledgerMethods(call: Send) {
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

    /** A page of the ledger, the oldest entries first. */
    readLedger: (query: Query<'readLedger'> = {}, { signal }: CallOptions = {}) =>
      call('readLedger', { query, signal }),
  };
}
