// Decisions about leases: their bounds, their steps, their end,
// each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { microUsd, microUsdPerHour } from '../money.ts';
import { type DurationMs, hours, minutes, seconds, times, total } from '../time.ts';

export const leasePolicy = {
  lease: {
    /** An hour is enough to try something, and too little to hurt. */
    defaultDuration: hours(1),
    minDuration: minutes(5),
    /** Beyond this a person has to decide. */
    maxDuration: hours(12),
    defaultSilence: minutes(5),
    minSilence: minutes(1),
    maxSilence: minutes(60),
    /** $2 an hour takes every single consumer card of November 2026 and no surprise. */
    defaultCeiling: microUsdPerHour(2_000_000),
    maxCeiling: microUsdPerHour(200_000_000),
    defaultDiskGb: 20,
    maxDiskGb: 2_000,
    /** Attempts at an instance before the lease ends as `no-offer`. */
    maxAttempts: 3,
    /** Calls that were never carried out use up numbers too; the tag has two digits. */
    maxAttemptNumbers: 90,
    /** With the SSH key: a market may allow 4,096 bytes in all, and the agent needs its share. */
    maxStartScriptBytes: 1_600,
  },
  transfer: {
    /** Gigabytes set aside in the hold unless asked otherwise: an image, a data set, a result. */
    defaultGb: 20,
    maxGb: 10_000,
    /** Offers with dearer transfer are left out: $0.03 a GB is ten times the common price. */
    defaultCeiling: microUsd(30_000),
    maxCeiling: microUsd(10_000_000),
  },
  extension: {
    /** An extension commits within this after its hold was raised, or raises it again. */
    commitWithin: seconds(30),
    /** A raised hold that no lease has committed by then was left by a crash. */
    trimAfter: minutes(2),
    /** Keys of the newest extensions that a lease remembers: retries come within seconds. */
    keysKept: 20,
    /** Beyond this even an approval has to be renewed. */
    maxApproved: hours(720),
  },
  deadline: {
    /** How long before its end a lease warns of it, the longest first. */
    warnBefore: [minutes(15), minutes(5), minutes(1)],
    /** How long after its deadline the schedule gives the workflow to end a lease first. */
    grace: seconds(30),
    /** An unfinished lease is looked at again after this, until it is ended. */
    recheck: minutes(5),
  },
  silence: {
    /** A lease that falls silent is looked at again before it ends; so the crowd is seen first. */
    secondLook: seconds(30),
    /** Leases that fall silent within this are one crowd; one that is held is looked at again. */
    window: minutes(5),
  },
  teardown: {
    /** Without proof after this the execution ends well and the sweep owns the lease. */
    handOverAfter: hours(24),
    /** What one attempt's teardown may cost in time: several listings and a slow destroy. */
    allowance: minutes(10),
    /** A hold that is outgrown grows by what this costs: one entry an hour, not one a minute. */
    growHoldBy: hours(1),
  },
  step: {
    /** By when a step must have made progress, before its lease counts as stuck. */
    due: minutes(5),
    /** The longest pause between two rounds of teardown; `Prove absence` names the same number. */
    teardownPause: minutes(15),
    /** Executions that end badly are replaced at once up to this generation; then by the sweep,
     * which waits longer each time: one that fails at its first step would loop without a pause. */
    restartsAtOnce: 3,
  },
  commit: {
    /** Two actors on one lease: this many reloads, then the step is retried as a whole. */
    attempts: 5,
  },
  events: { pageSize: 100 },
} as const;

/** The longest a lease can take to become active, when no attempt outlasts `attemptLimit`. */
export const launchBound = (attemptLimit: DurationMs): DurationMs =>
  times(total(attemptLimit, leasePolicy.step.due), leasePolicy.lease.maxAttempts);

invariant(
  leasePolicy.lease.defaultDuration <= leasePolicy.lease.maxDuration &&
    leasePolicy.lease.minDuration <= leasePolicy.lease.defaultDuration,
  'the default duration must be within its bounds',
);

invariant(
  leasePolicy.extension.trimAfter >= 3 * leasePolicy.extension.commitWithin,
  'no hold may be trimmed under an extension that is still under way',
);

invariant(
  leasePolicy.silence.secondLook < minutes(1),
  'a silent lease must end within its limit and a minute',
);

invariant(
  leasePolicy.teardown.handOverAfter > leasePolicy.lease.maxDuration,
  'a teardown must be given longer than any lease',
);
