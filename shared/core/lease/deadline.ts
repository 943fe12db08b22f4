// What the schedule of a lease does and when it has to look at the lease next: to warn of its end,
// or to end it. A warning is a courtesy: none of this may ever move the end itself.

import { policy } from '../base/policy/policy.ts';
import { after, between, type DurationMs, type EpochMs, earliest, epochMs } from '../base/time.ts';
import { endUnlessOver } from './end.ts';
import type { Lease, LeaseIn } from './lease.ts';
import { warnOfEnd } from './lease-moves.ts';

/** The next alarm of a serving lease: a warning still to come, or its end and the grace. */
export function nextAlarm(deadline: EpochMs, now: EpochMs): EpochMs {
  const warnings = policy.deadline.warnBefore
    .filter((lead) => between(now, deadline) > lead)
    .map((lead) => epochMs(deadline - lead));
  return earliest(after(deadline, policy.deadline.grace), ...warnings);
}

/** The next alarm of a lease that is not over; before it serves there is nothing to warn of. */
export function alarmOf(lease: Lease, now: EpochMs): EpochMs {
  if (lease.state === 'active') return nextAlarm(lease.deadline, now);
  return after(lease.deadline, policy.deadline.grace);
}

/**
 * Which warning is due at `now`, as the time it comes before the end; null when it was given, or
 * one closer to the end. Of several that are due, only the closest is given.
 */
export function warningDue(lease: LeaseIn<'active'>, now: EpochMs): DurationMs | null {
  const left = between(now, lease.deadline);
  const lead = policy.deadline.warnBefore.filter((each) => left <= each).at(-1);
  if (lead === undefined) return null;
  return lease.warnedBefore !== null && lease.warnedBefore <= lead ? null : lead;
}

/** The lease as ending, when its deadline is past; null when nothing is due. */
export function endPastDeadline(lease: Lease, now: EpochMs): LeaseIn<'ending'> | null {
  if (now < lease.deadline) return null;
  const served = lease.state === 'active';
  const why = served ? 'the lease has reached its deadline' : 'no instance was ready in time';
  return endUnlessOver(lease, { reason: served ? 'expired' : 'failed', why }, now);
}

/** The lease with the warning given that is due; null when none is. */
export function giveWarning(lease: Lease, now: EpochMs): LeaseIn<'active'> | null {
  const lead = lease.state === 'active' ? warningDue(lease, now) : null;
  return lease.state === 'active' && lead !== null ? warnOfEnd(lease, lead, now) : null;
}

/**
 * How long the schedule waits before it looks at an ending lease again. A provider that has refused
 * for an hour isn't asked more often than the workflow does.
 */
export function recheckPause(lease: LeaseIn<'ending'>, now: EpochMs): DurationMs {
  const long = between(lease.endingAt, now) > policy.sweep.teardownPage;
  return long ? policy.step.teardownPause : policy.deadline.recheck;
}
