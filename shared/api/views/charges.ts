// What operators see of charges that were compared with the provider's.

import { isoTime } from '../../core/base/time.ts';
import type { Reconciliation } from '../../core/billing/reconcile.ts';

/** What one comparison came to; `failure` says that it is not complete. */
export function reconciliationView(record: Reconciliation) {
  const { startedAt, from, ...rest } = record;
  return {
    ...rest,
    startedAt: isoTime(startedAt),
    from: from === null ? null : isoTime(from),
  };
}

export const reconciliationsView = (records: readonly Reconciliation[]) => ({
  reconciliations: records.map(reconciliationView),
});
