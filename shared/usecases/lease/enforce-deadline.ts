// The target of the schedule: ends a lease that is past its deadline, without the workflow. It is
// armed again every few minutes until the lease is ended, so that no single failure can stop it.

import { isFailure } from '../../core/base/failure.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { after } from '../../core/base/time.ts';
import { endPastDeadline, giveWarning } from '../../core/lease/deadline.ts';
import { commitOnly } from '../../core/lease/decision.ts';
import type { Lease, LeaseIn } from '../../core/lease/lease.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import { changeLease, type Records } from '../common/change-lease.ts';
import { setAlarm } from '../common/set-alarm.ts';

export type EnforceDeadlinePorts = Records & {
  readonly pulses: PulseStore;
  readonly scheduler: Scheduler;
  /** Destroys every instance of the lease, and starts or wakes its workflow. */
  readonly tearDown: (lease: LeaseIn<'ending'>) => Promise<void>;
};

export type DeadlineOutcome = 'early' | 'ended' | 'ending';

/**
 * The lease, ending when its deadline has passed. When it can't be read or committed, the schedule
 * is set to fire again first: the deadline takes effect as soon as the database works.
 */
async function endIfDue(ports: EnforceDeadlinePorts, id: LeaseId): Promise<Lease> {
  const [changed] = await Promise.allSettled([
    changeLease(ports, id, (current, now) => commitOnly(endPastDeadline(current, now))),
  ]);
  if (changed.status === 'fulfilled') return changed.value.lease;
  if (!isFailure(changed.reason, 'NotFound')) {
    const retryAt = after(ports.clock.now(), policy.deadline.recheck);
    // When this fails too, the retries of this call and the sweep are left.
    await Promise.allSettled([ports.scheduler.arm(id, retryAt)]);
  }
  throw changed.reason;
}

/**
 * Before the deadline: sets the schedule again and gives the due warning. After it: commits
 * `ending`, destroys every instance, wakes or restarts the workflow. Safe to repeat. Throws what
 * destroy and list throw, StoreDown, ProviderDown, Conflict: the schedule retries and is set again.
 */
export function createEnforceDeadline(ports: EnforceDeadlinePorts) {
  return async ({ leaseId }: { readonly leaseId: LeaseId }): Promise<DeadlineOutcome> => {
    const lease = await endIfDue(ports, leaseId);
    // Set before any other call that can fail, and removed for an ended lease: an extension may
    // have set it again while the lease was ending.
    const [set] = await Promise.allSettled([setAlarm(ports, lease)]);
    if (lease.state === 'ending') {
      await ports.pulses.close(leaseId);
      await ports.tearDown(lease);
    }
    if (set.status === 'rejected') throw set.reason;
    if (lease.state === 'ending' || lease.state === 'ended') return lease.state;
    await changeLease(ports, leaseId, (current, now) => commitOnly(giveWarning(current, now)));
    return 'early';
  };
}
