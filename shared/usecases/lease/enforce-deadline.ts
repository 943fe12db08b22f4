// The schedule's target: ends a lease that is past its deadline, without the workflow. It comes
// back every few minutes until the lease is ended, so that no single failure can stop it.

import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { after, between, type DurationMs, type EpochMs } from '../../core/base/time.ts';
import { alarmOf, warningDue } from '../../core/lease/deadline.ts';
import { isOver, type Lease, type LeaseIn } from '../../core/lease/lease.ts';
import { endLease, warnOfEnd } from '../../core/lease/lease-moves.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import type { Workflow } from '../../ports/workflow.ts';
import { changeLease, type Records } from '../common/change-lease.ts';
import type { Sight } from '../common/listing.ts';
import type { TeardownPorts } from './destroy-target.ts';
import { wakeOrRestartLease } from './restart-lease.ts';
import { tearDownNow } from './tear-down-now.ts';

export type EnforceDeadlinePorts = Records &
  TeardownPorts &
  Sight & {
    readonly pulses: PulseStore;
    readonly scheduler: Scheduler;
    readonly workflow: Workflow;
  };

export type DeadlineOutcome = 'early' | 'ended' | 'ending';

/** The lease as ending, when its deadline is past; null when nothing is due. */
export function pastDeadline(lease: Lease, now: EpochMs): Lease | null {
  if (isOver(lease) || now < lease.deadline) return null;
  const served = lease.state === 'active';
  const why = served ? 'its time is used up' : 'no machine served in time';
  return endLease(lease, { reason: served ? 'expired' : 'failed', why }, now);
}

function warned(lease: Lease, now: EpochMs): Lease | null {
  const lead = lease.state === 'active' ? warningDue(lease, now) : null;
  return lease.state === 'active' && lead !== null ? warnOfEnd(lease, lead, now) : null;
}

/** A provider that refuses for an hour isn't asked more often than the workflow does. */
function pauseFor(lease: LeaseIn<'ending'>, now: EpochMs): DurationMs {
  const long = between(lease.endingAt, now) > policy.sweep.teardownPage;
  return long ? policy.step.teardownPause : policy.deadline.recheck;
}

/** Its next alarm comes first: a warning that gets lost must never delay the end. */
async function lookAgain(ports: EnforceDeadlinePorts, lease: Lease): Promise<void> {
  await ports.scheduler.arm(lease.id, alarmOf(lease, ports.clock.now()));
  await changeLease(ports, lease.id, (current, now) => ({
    commit: warned(current, now),
    result: null,
  }));
}

/**
 * Early: sets the schedule again and gives the warning that is due. Due: commits `ending`, asks for
 * every machine's end, wakes or restarts the workflow. Safe to repeat. Throws what destroy and list
 * throw, StoreDown, ProviderDown, Conflict: the schedule's own retries and re-arming bring it
 * back.
 */
export function createEnforceDeadline(ports: EnforceDeadlinePorts) {
  return async (input: { readonly leaseId: LeaseId }): Promise<DeadlineOutcome> => {
    const { lease } = await changeLease(ports, input.leaseId, (current, now) => ({
      commit: pastDeadline(current, now),
      result: null,
    }));
    if (lease.state === 'ended') {
      // An extension may have set the schedule once more while the lease was ending.
      await ports.scheduler.disarm(lease.id);
      return 'ended';
    }
    const now = ports.clock.now();
    if (lease.state !== 'ending') {
      await lookAgain(ports, lease);
      return 'early';
    }
    // Armed again before anything that can fail: whatever happens now, it comes back.
    await ports.scheduler.arm(lease.id, after(now, pauseFor(lease, now)));
    await ports.pulses.close(lease.id);
    // This must hold without the workflow, and without the provider.
    await tearDownNow(ports, lease, () => wakeOrRestartLease(ports, lease));
    return 'ending';
  };
}
