// The last reconciliation of each provider. The next one replaces it.

import { Reconciliation } from '../../../core/billing/reconcile.ts';
import type { ReconciliationStore } from '../../../ports/reconciliation-store.ts';
import { reconciliationKey } from '../schema.ts';
import { parseItem, type Table } from '../table.ts';

/** Records in the table `inventory`. */
export function createReconciliationStore(table: Table): ReconciliationStore {
  return {
    last: async (provider) => {
      const item = await table.get(reconciliationKey(provider));
      return item === null ? null : parseItem(table, Reconciliation, item);
    },
    record: async (record) => {
      await table.put(reconciliationKey(record.provider), record, {
        condition: 'attribute_not_exists(#pk) OR #startedAt < :startedAt',
        values: { ':startedAt': record.startedAt },
      });
    },
  };
}
