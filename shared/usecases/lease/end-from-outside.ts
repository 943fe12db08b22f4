// Changes a lease from outside its workflow. What was decided is committed first; when the lease is
// ending then, whoever waits for it is woken, or nobody is waited for.

import type { LeaseId } from '../../core/base/ids.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { type EndReason, isOver, type Lease } from '../../core/lease/lease.ts';
import { endLease } from '../../core/lease/lease-moves.ts';
import { changeLease, type Records } from '../common/change-lease.ts';
import { type WakePorts, wakeLease } from '../common/wake-lease.ts';
import { wakeOrRestartLease } from './restart-lease.ts';
import { type TearDownPorts, tearDownNow } from './tear-down-now.ts';

/** The lease as it shall be, or null to leave it as it is. It has no effects. */
type Decide = (lease: Lease, now: EpochMs) => Lease | null;

async function change(records: Records, id: LeaseId, decide: Decide): Promise<Lease> {
  const { lease } = await changeLease(records, id, (current, now) => ({
    commit: decide(current, now),
    result: null,
  }));
  return lease;
}

/** Wakes the workflow of a lease that is ending now. Safe to repeat. Throws ProviderDown. */
export async function changeAndWake(
  ports: Records & WakePorts,
  id: LeaseId,
  decide: Decide,
): Promise<void> {
  const lease = await change(ports, id, decide);
  if (lease.state === 'ending') await wakeLease(ports, id);
}

/** Ends a lease unless it is over. Safe to repeat. Throws ProviderDown. */
export const endAndWake = (
  ports: Records & WakePorts,
  id: LeaseId,
  end: { readonly reason: EndReason; readonly why: string },
): Promise<void> =>
  changeAndWake(ports, id, (lease, now) => (isOver(lease) ? null : endLease(lease, end, now)));

/**
 * Destroys the machines of a lease that is ending now, without waiting for its workflow; no beat
 * counts any more. Safe to repeat. Throws what destroy throws.
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
