// How every use case changes a lease: load, decide, commit with the version that was read, apply
// the outbox. After a version conflict it decides again on the newer lease, a limited number of
// times.

import { Failure } from '../../core/base/failure.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { EpochMs } from '../../core/base/time.ts';
import type { Decision } from '../../core/lease/decision.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { hasOutbox, holdChangeOf } from '../../core/lease/outbox.ts';
import { progressDue } from '../../core/lease/progress.ts';
import { isSequenced } from '../../core/ledger/entry.ts';
import type { AccountStore } from '../../ports/account-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';

/** The stores that a commit of a lease writes to, including its outbox. */
export type Records = {
  readonly leases: LeaseStore;
  readonly accounts: AccountStore;
  readonly ledger: LedgerStore;
  readonly clock: Clock;
};

export type Changed<Result> = { readonly lease: Lease; readonly result: Result };

/** Applies the change of the lease's hold to its account. */
async function followHold({ accounts }: Records, lease: Lease): Promise<void> {
  const { consumer, id: leaseId } = lease;
  const change = holdChangeOf(lease);
  switch (change?.kind) {
    case 'settle':
      return accounts.settle({
        ...{ consumer, leaseId, placedAt: change.placedAt, charges: change.charges },
      });
    case 'reprice':
      return accounts.reprice({ consumer, leaseId, to: change.to });
    case 'grow':
      return accounts.grow({ consumer, leaseId, to: change.to });
    case undefined:
  }
}

/**
 * Applies the outbox of the lease: events, entries, and the change of its hold on the account. Safe
 * to repeat after a crash at any point.
 */
export async function applyOutbox(records: Records, lease: Lease): Promise<Lease> {
  if (!hasOutbox(lease)) return lease;
  const { events, entries } = lease.outbox;
  await records.leases.appendEvents(lease.id, events);
  for (const entry of entries) {
    await (isSequenced(entry) ? records.accounts.correct(entry) : records.ledger.append(entry));
  }
  await followHold(records, lease);
  await records.leases.clearOutbox(lease);
  return { ...lease, outbox: { events: [], entries: [] } };
}

/** Loads a lease with its outbox applied. Throws NotFound. */
export async function loadLease(records: Records, id: LeaseId): Promise<Lease> {
  const lease = await records.leases.get(id);
  if (lease === null) throw new Failure('NotFound', `lease ${id} not found`, { field: 'id' });
  return applyOutbox(records, lease);
}

/**
 * Changes a lease by `decide`, which is called again with the newer lease after a version conflict.
 * Returns the committed lease. Throws NotFound, StoreDown, and Conflict when every commit fails on
 * a newer version. `decide` must have no effects.
 */
export async function changeLease<Result>(
  records: Records,
  id: LeaseId,
  decide: (lease: Lease, now: EpochMs) => Decision<Result>,
): Promise<Changed<Result>> {
  for (let attempt = 1; attempt <= policy.commit.attempts; attempt += 1) {
    const lease = await loadLease(records, id);
    const now = records.clock.now();
    const { commit, result } = decide(lease, now);
    if (commit === null) return { lease, result };
    const next = { ...commit, version: lease.version + 1, dueBy: progressDue(commit, now) };
    if ((await records.leases.commit(next)) === 'committed') {
      return { lease: await applyOutbox(records, next), result };
    }
  }
  throw new Failure('Conflict', `version conflict: lease ${id} changed during every retry`);
}
