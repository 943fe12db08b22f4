// The ledger: entries are appended and read, never changed.

import { LedgerEntry } from '../../../core/ledger/entry.ts';
import type { LedgerStore } from '../../../ports/ledger-store.ts';
import { accountKey, ENTRIES, entriesAt, entryKey } from '../schema.ts';
import { ABSENT, parseItem, readableOf, readablePage, type Table } from '../table.ts';

/** Entries in the table `ledger`, beside their account. */
export function createLedgerStore(table: Table): LedgerStore {
  return {
    append: async (entry) => {
      await table.put(entryKey(entry.consumer, entry), entry, ABSENT);
    },
    since: async (consumer, from, report) => {
      const { pk } = accountKey(consumer);
      const items = await table.query({ pk, first: entriesAt(from), last: ENTRIES.last });
      return readableOf(table, { schema: LedgerEntry, items }, report);
    },
    entries: async (consumer) => {
      const items = await table.query({ pk: accountKey(consumer).pk, ...ENTRIES });
      return items.map((item) => parseItem(table, LedgerEntry, item));
    },
    page: async ({ consumer, from, to, after, limit }, report) => {
      const { pk } = accountKey(consumer);
      // No key is a prefix of another, so this is less than the next key.
      const first = after === null ? entriesAt(from) : `${entryKey(consumer, after).sk}#`;
      const last = entriesAt(to);
      if (first > last) return [];
      return readablePage(table, { schema: LedgerEntry, pk, first, last, limit }, report);
    },
  };
}
