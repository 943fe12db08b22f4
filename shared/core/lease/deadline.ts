// What the schedule of a lease does, and when it fires next: to warn that the lease ends soon, or
// to end it. A warning never moves the end.

import { policy } from '../base/policy/policy.ts';
import { after, between, type DurationMs, type EpochMs, earliest, epochMs } from '../base/time.ts';
import { endUnlessOver } from './end.ts';
import type { Lease, LeaseIn } from './lease.ts';
import { warnOfEnd } from './warnings.ts';

/**
 * When the schedule fires next for an active lease: at the next warning, or at the deadline plus
 * grace.
 */
export function nextAlarm(deadline: EpochMs, now: EpochMs): EpochMs {
  const warnings = policy.deadline.warnBefore
    .filter((lead) => between(now, deadline) > lead)
    .map((lead) => epochMs(deadline - lead));
  return earliest(after(deadline, policy.deadline.grace), ...warnings);
}

/**
 * When the schedule fires next; null once the lease has ended. Before `active` there are no
 * warnings, and an ending lease is checked again until it has ended.
 */
export function alarmOf(lease: Lease, now: EpochMs): EpochMs | null {
  switch (lease.state) {
    case 'ended':
      return null;
    case 'ending':
      return after(now, recheckPause(lease, now));
    case 'active':
      return nextAlarm(lease.deadline, now);
    default:
      return after(lease.deadline, policy.deadline.grace);
  }
}

/** The same, but soon: for a lease that someone is about to end. */
export function alarmBeforeEnding(lease: Lease, now: EpochMs): EpochMs | null {
  const alarm = alarmOf(lease, now);
  return alarm && earliest(alarm, after(now, policy.deadline.recheck));
}

/** Whether the schedule must fire at another time for `later` than for `earlier`. */
export const changesAlarm = (earlier: Lease, later: Lease): boolean =>
  earlier.state !== later.state || earlier.deadline !== later.deadline;

/**
 * The warning that is due at `now`, as its time before the deadline. Null when this warning or a
 * later one was given. Of several due warnings, only the latest is given.
 */
export function warningDue(lease: LeaseIn<'active'>, now: EpochMs): DurationMs | null {
  const left = between(now, lease.deadline);
  const lead = policy.deadline.warnBefore.filter((each) => left <= each).at(-1);
  if (lead === undefined) return null;
  return lease.warnedBefore !== null && lease.warnedBefore <= lead ? null : lead;
}

/** The lease in `ending` when its deadline has passed; null otherwise. */
export function endPastDeadline(lease: Lease, now: EpochMs): LeaseIn<'ending'> | null {
  if (now < lease.deadline) return null;
  const served = lease.state === 'active';
  const why = served ? 'the lease has reached its deadline' : 'no instance was ready in time';
  return endUnlessOver(lease, { reason: served ? 'expired' : 'failed', why }, now);
}

/** The lease with the due warning given; null when none is due. */
export function giveWarning(lease: Lease, now: EpochMs): LeaseIn<'active'> | null {
  const lead = lease.state === 'active' ? warningDue(lease, now) : null;
  return lease.state === 'active' && lead !== null ? warnOfEnd(lease, lead, now) : null;
}

/**
 * How long the schedule waits before it checks an ending lease again. After an hour of refusals it
 * calls the provider no more often than the workflow does.
 */
export function recheckPause(lease: LeaseIn<'ending'>, now: EpochMs): DurationMs {
  const long = between(lease.endingAt, now) > policy.sweep.teardownPage;
  return long ? policy.step.teardownPause : policy.deadline.recheck;
}
