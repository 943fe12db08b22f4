// Which leases a reconciliation compares with the provider's charges, which charges it needs, and
// the true-up for a difference.

import type { LeaseId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import type { ProviderName } from '../base/providers.ts';
import { before, type EpochMs, earliest, startOfDay } from '../base/time.ts';
import type { ChargeTerms } from '../instance/card.ts';
import type { Lease, LeaseIn } from '../lease/lease.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import { trueUp } from './correction.ts';
import { compare, differenceInWords, isSettled, mayConcern } from './reconcile.ts';
import type { Compared, Seen } from './reconcile-report.ts';

/** The reconciliation of one provider at `now`. */
export type ReconcileTask = {
  readonly provider: ProviderName;
  readonly terms: ChargeTerms;
  readonly now: EpochMs;
};

/** Leases settled since this time are compared. */
export const lookBackTo = ({ now }: ReconcileTask): EpochMs =>
  before(now, policy.reconcile.lookBack);

/** Leases with a charge at the provider, and when their first instance started. */
export function chargedLeases(
  entries: readonly LedgerEntry[],
  task: ReconcileTask,
): ReadonlyMap<LeaseId, EpochMs> {
  const started = new Map<LeaseId, EpochMs>();
  for (const { at, charge, leaseId } of entries) {
    if (at < lookBackTo(task) || charge?.provider !== task.provider) continue;
    started.set(leaseId, earliest(charge.from, started.get(leaseId) ?? charge.from));
  }
  return started;
}

/** The start of the needed charges: they must cover the whole life of each lease. */
export const chargesNeededFrom = (
  { terms, now }: ReconcileTask,
  started: Seen['started'],
): EpochMs => startOfDay(earliest(before(now, terms.settledAfter), ...started.values()));

/** While a row of the lease may be unreadable, nothing lowers its charge. */
function needsTrueUp({ comparison, incomplete }: Pick<Compared, 'comparison' | 'incomplete'>) {
  if (comparison.kind !== 'compared' || comparison.explained) return null;
  return incomplete && comparison.difference < 0 ? null : comparison;
}

/** Compares every lease whose provider charges are final. */
export function compareSettled(
  { started, leases, byLease, unreadable }: Omit<Seen, 'from' | 'foreignRows' | 'compared'>,
  task: ReconcileTask,
): readonly Compared[] {
  return [...started.keys()].flatMap((id) => {
    const lease = leases.get(id);
    if (lease?.state !== 'ended' || !isSettled(lease, task.provider, task)) return [];
    const rows = byLease.get(id) ?? [];
    const incomplete = unreadable.some((row) => mayConcern(row, lease));
    return [{ lease, rows, incomplete, comparison: compare(lease, task, rows) }];
  });
}

/** The compared leases whose difference the provider's rounding does not explain. */
export const differing = (compared: readonly Compared[]): readonly Compared[] =>
  compared.filter((each) => needsTrueUp(each) !== null);

/** The lease trued up to these rows; null when there is no difference now. */
export function trueUpTo(
  lease: Lease,
  { rows, incomplete }: Pick<Compared, 'rows' | 'incomplete'>,
  { provider, terms, now }: ReconcileTask,
): LeaseIn<'ended'> | null {
  if (lease.state !== 'ended') return null;
  const comparison = compare(lease, { provider, terms }, rows);
  const found = needsTrueUp({ comparison, incomplete });
  if (found === null) return null;
  const why = differenceInWords(found);
  return trueUp(lease, { provider, amount: found.difference, why }, now);
}
