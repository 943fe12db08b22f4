// The last reconciliation of each provider. The next one replaces it.

import { Reconciliation } from '../../../core/billing/reconcile.ts';
import type { ReconciliationStore } from '../../../ports/reconciliation-store.ts';
import { reconciliationKey } from '../schema.ts';
import { readableOf, type Table } from '../table.ts';
import { startedLater } from '../versions.ts';

/** Records in the table `inventory`. */
export function createReconciliationStore(table: Table): ReconciliationStore {
  return {
    last: async (provider, report) => {
      const item = await table.get(reconciliationKey(provider));
      const items = item === null ? [] : [item];
      const [last] = readableOf(table, { schema: Reconciliation, items }, report);
      return last ?? null;
    },
    record: async (record) => {
      await table.put(reconciliationKey(record.provider), record, startedLater(record));
    },
  };
}
