// The ledger: entries are added and read, never changed.

import { LedgerEntry } from '../../core/ledger.ts';
import type { LedgerStore } from '../../ports/stores.ts';
import { accountKey, ENTRIES, entryKey } from './schema.ts';
import { ABSENT, parseItem, type Table } from './table.ts';

/** Entries in the table `ledger`, beside the account they belong to. */
export function ledgerStore(table: Table): LedgerStore {
  return {
    append: async (entry) => {
      await table.put(entryKey(entry), entry, ABSENT);
    },
    since: async (consumer, from) => {
      // An entry is kept by the month of its hold, which is never later than the entry itself.
      const items = await table.query({ pk: accountKey(consumer).pk, ...ENTRIES });
      return items
        .map((item) => parseItem(table, LedgerEntry, item))
        .filter(({ at }) => at >= from);
    },
    entries: async (consumer) => {
      const items = await table.query({ pk: accountKey(consumer).pk, ...ENTRIES });
      return items.map((item) => parseItem(table, LedgerEntry, item));
    },
  };
}
