// Stores the results of reconciliations. Each write is one conditional write of one item. All may
// throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { ProviderName } from '../core/base/providers.ts';
import type { Reconciliation } from '../core/billing/reconcile.ts';
import type { ReportUnreadable } from './unreadable.ts';

/** The last reconciliation with each provider. */
export type ReconciliationStore = {
  /** Null before the first one. An unreadable one is null and reported. */
  last(provider: ProviderName, report: ReportUnreadable): Promise<Reconciliation | null>;
  /** Stores the record; an older one never replaces a newer one. */
  record(record: Reconciliation): Promise<void>;
};
