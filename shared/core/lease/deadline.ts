// When the schedule of a lease has to look at it next: to warn of its end, or to end it. A warning
// is a courtesy: none of this may ever move the end itself.

import { policy } from '../base/policy/policy.ts';
import { after, between, type DurationMs, type EpochMs, earliest, epochMs } from '../base/time.ts';
import type { Lease, LeaseIn } from './lease.ts';

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
