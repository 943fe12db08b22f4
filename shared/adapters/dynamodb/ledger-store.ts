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
    entries: async (consumer) => {
      const items = await table.query({ pk: accountKey(consumer).pk, ...ENTRIES });
      return items.map((item) => parseItem(table, LedgerEntry, item));
    },
  };
}
