// Reads ledger entries in order of time.

import { type Caller, mustOwn } from '../../core/base/caller.ts';
import type { ConsumerId } from '../../core/base/ids.ts';
import { nextPlace } from '../../core/base/paging.ts';
import type { Span } from '../../core/billing/days.ts';
import type { EntryPlace } from '../../core/ledger/entry.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';
import type { EntryPage } from './walk-ledger.ts';

export type ReadLedgerInput = {
  readonly caller: Caller;
  readonly consumer: ConsumerId;
  readonly span: Span;
  readonly after: EntryPlace | null;
  readonly limit: number;
};

/** A page of entries, and those that could not be read. */
export type ReadEntries = EntryPage & { readonly unreadable: readonly string[] };

/** Reads a page of a consumer's entries. Throws Forbidden, StoreDown. */
export function createReadLedger({ ledger }: { readonly ledger: LedgerStore }) {
  return async ({ caller, span, ...request }: ReadLedgerInput): Promise<ReadEntries> => {
    mustOwn(caller, request.consumer, 'books');
    const unreadable: string[] = [];
    const entries = await ledger.page({ ...span, ...request }, ({ id }) => unreadable.push(id));
    return { entries, next: nextPlace(entries, request.limit), unreadable };
  };
}
