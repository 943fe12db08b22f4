// Where results of reconciliations are kept. Each write is one item under one condition.
// All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { ProviderName } from '../core/base/providers.ts';
import type { Reconciliation } from '../core/billing/reconcile.ts';

/** What comparing our charges with a provider's came to last. */
export type ReconciliationStore = {
  last(provider: ProviderName): Promise<Reconciliation | null>;
  /** Keeps it; an older one never replaces a newer one. */
  record(record: Reconciliation): Promise<void>;
};
