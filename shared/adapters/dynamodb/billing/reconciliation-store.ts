// The last reconciliation of each provider. The next one replaces it.

import { Reconciliation } from '../../../core/billing/reconcile.ts';
import type { ReconciliationStore } from '../../../ports/reconciliation-store.ts';
import { reconciliationKey } from '../schema.ts';
import { readableItem, type Table } from '../table.ts';
import { startedLater } from '../versions.ts';

/** Records in the table `inventory`. */
export function createReconciliationStore(table: Table): ReconciliationStore {
  return {
    last: (provider, report) =>
      readableItem(table, { schema: Reconciliation, key: reconciliationKey(provider) }, report),
    record: async (record) => {
      await table.put(reconciliationKey(record.provider), record, startedLater(record));
    },
  };
}
