// Sets the schedule of a lease. No actor may leave it later than the committed end: the lease is
// read again after each call, and the schedule follows what changed meanwhile.

import { Failure } from '../../core/base/failure.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { alarmOf, changesAlarm } from '../../core/lease/deadline.ts';
import type { Lease } from '../../core/lease/lease.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { Scheduler } from '../../ports/scheduler.ts';

export type AlarmPorts = {
  readonly leases: LeaseStore;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
};

type AlarmRule = (lease: Lease, now: EpochMs) => EpochMs | null;

/**
 * Sets the schedule to the time that `rule` gives for the lease, or removes it for null. Safe to
 * repeat; a caller that may have crashed within it must repeat it. Throws ProviderDown, StoreDown,
 * and Conflict when the lease changes in every round.
 */
export async function setAlarm(
  { leases, scheduler, clock }: AlarmPorts,
  lease: Lease,
  rule: AlarmRule = alarmOf,
): Promise<void> {
  let known = lease;
  for (let round = 1; round <= policy.commit.attempts; round += 1) {
    const at = rule(known, clock.now());
    await (at === null ? scheduler.disarm(known.id) : scheduler.arm(known.id, at));
    const current = await leases.get(known.id);
    if (current === null || !changesAlarm(known, current)) return;
    known = current;
  }
  throw new Failure('Conflict', `version conflict: lease ${lease.id} changed during every retry`);
}
