// Changes a lease from outside its workflow. The change is committed first. When the lease is then
// ending, its workflow is woken, or its instances are destroyed without waiting for it.

import type { LeaseId } from '../../core/base/ids.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { commitOnly } from '../../core/lease/decision.ts';
import { type End, endUnlessOver } from '../../core/lease/end.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { changeLease, type Records } from '../common/change-lease.ts';
import { type WakePorts, wakeLease } from '../common/wake-lease.ts';
import { wakeOrRestartLease } from './restart-lease.ts';
import { type TearDownPorts, tearDownNow } from './tear-down-now.ts';

/** Returns the lease to commit, or null to leave it unchanged. Must have no effects. */
type Decide = (lease: Lease, now: EpochMs) => Lease | null;

async function change(records: Records, id: LeaseId, decide: Decide): Promise<Lease> {
  const { lease } = await changeLease(records, id, (current, now) =>
    commitOnly(decide(current, now)),
  );
  return lease;
}

/** Wakes the workflow of a lease that is ending now. Safe to repeat. Throws ProviderDown. */
export async function changeAndWake(
  ports: Records & WakePorts,
  id: LeaseId,
  decide: Decide,
): Promise<Lease> {
  const lease = await change(ports, id, decide);
  if (lease.state === 'ending') await wakeLease(ports, lease);
  return lease;
}

/** Ends a lease unless it is ending or ended. Safe to repeat. Throws ProviderDown. */
export const endAndWake = (ports: Records & WakePorts, id: LeaseId, end: End): Promise<Lease> =>
  changeAndWake(ports, id, (lease, now) => endUnlessOver(lease, end, now));

/**
 * Destroys the instances of a lease that is ending now, without waiting for its workflow;
 * heartbeats no longer count. Safe to repeat. Throws what destroy throws.
 */
export async function changeAndTearDown(
  ports: TearDownPorts,
  id: LeaseId,
  decide: Decide,
): Promise<void> {
  const lease = await change(ports, id, decide);
  if (lease.state !== 'ending') return;
  await ports.pulses.close(id);
  await tearDownNow(ports, lease, () => wakeOrRestartLease(ports, lease));
}
