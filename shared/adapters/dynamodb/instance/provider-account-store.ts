// The known accounts of each provider: one small item, which only an operator or a new key changes.

import { KnownAccounts } from '../../../core/instance/known-accounts.ts';
import type { ProviderAccountStore } from '../../../ports/provider-account-store.ts';
import { providerAccountsKey } from '../schema.ts';
import { parseItem, type Table } from '../table.ts';

/** Known accounts in the table `inventory`. */
export function createProviderAccountStore(table: Table): ProviderAccountStore {
  return {
    get: async (provider) => {
      const item = await table.get(providerAccountsKey(provider));
      return item === null ? null : parseItem(table, KnownAccounts, item);
    },
    commit: async (known) => {
      const written = await table.put(providerAccountsKey(known.provider), known, {
        condition: 'attribute_not_exists(#pk) OR #version = :previous',
        values: { ':previous': known.version - 1 },
      });
      return written === 'written' ? 'committed' : 'conflict';
    },
  };
}
