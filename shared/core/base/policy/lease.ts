// Decisions about leases: their bounds, their steps, their end,
// each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { microUsd, microUsdPerHour } from '../money.ts';
import { type DurationMs, hours, minutes, seconds, times, total } from '../time.ts';

export const leasePolicy = {
  lease: {
    /** An hour is enough for a first try and costs little. */
    defaultDuration: hours(1),
    minDuration: minutes(5),
    /** A longer lease needs the approval of an operator. */
    maxDuration: hours(12),
    defaultSilence: minutes(5),
    minSilence: minutes(1),
    maxSilence: minutes(60),
    /** $2 an hour covers every single consumer GPU of November 2026. */
    defaultCeiling: microUsdPerHour(2_000_000),
    maxCeiling: microUsdPerHour(200_000_000),
    defaultDiskGb: 20,
    maxDiskGb: 2_000,
    /** Attempts at an instance before the lease ends as `no-offer`. */
    maxAttempts: 3,
    /** Includes attempts whose create was not carried out; the tag has two digits. */
    maxAttemptNumbers: 90,
    /**
     * Includes the SSH key: a provider may allow 4,096 bytes in total, and the agent needs its
     * part.
     */
    maxStartScriptBytes: 1_600,
  },
  transfer: {
    /** Gigabytes of transfer in the hold by default: an image, a data set, a result. */
    defaultGb: 20,
    maxGb: 10_000,
    /**
     * Offers with more expensive transfer are excluded: $0.03 per GB is ten times the common price.
     */
    defaultCeiling: microUsd(30_000),
    maxCeiling: microUsd(10_000_000),
  },
  extension: {
    /** An extension commits within this time after its hold is raised, or raises it again. */
    commitWithin: seconds(30),
    /** After this time, a raised hold without a committed extension was left by a crash. */
    trimAfter: minutes(2),
    /** Keys of the newest extensions that a lease keeps: retries come within seconds. */
    keysKept: 20,
    /** The longest approval of an operator. */
    maxApproved: hours(720),
  },
  deadline: {
    /** When a lease warns before its end, the longest first. */
    warnBefore: [minutes(15), minutes(5), minutes(1)],
    /** How long after the deadline the schedule waits for the workflow to end the lease first. */
    grace: seconds(30),
    /** The schedule checks an ending lease again after this time, until it is ended. */
    recheck: minutes(5),
  },
  silence: {
    /**
     * From the silence limit to the second look: by then a crowd is detected, and an instance whose
     * heartbeats were lost has sent another one. A first look that is late for reasons of ours
     * waits this long from then.
     */
    secondLook: seconds(85),
    /**
     * Leases that become silent within this time may be a crowd; a held silence is checked again
     * after it.
     */
    window: minutes(5),
  },
  ingest: {
    /** Between two heartbeats of our own; a longer gap means that heartbeats could not arrive. */
    maxGap: seconds(150),
    /** Without one for this long, operators are paged: no lease can end as silent. */
    pageAfter: minutes(10),
    /** For the reply to one: its function may have to start. */
    timeout: seconds(15),
  },
  teardown: {
    /**
     * Without proof after this time the execution succeeds, and the sweep continues the teardown.
     */
    handOverAfter: hours(24),
    /** The time for one attempt's teardown: several listings and a slow destroy. */
    allowance: minutes(10),
    /** An outgrown hold grows by the cost of this time: one entry an hour, not one a minute. */
    growHoldBy: hours(1),
  },
  step: {
    /** The time for a step to make progress, before its lease counts as stuck. */
    due: minutes(5),
    /**
     * The longest pause between two rounds of teardown; the state `Prove absence` has the same
     * number.
     */
    teardownPause: minutes(15),
    /**
     * Failed executions are replaced at once up to this generation; later ones by the sweep, which
     * waits longer each time. An execution that fails at its first step would otherwise loop
     * without a pause.
     */
    restartsAtOnce: 3,
    /**
     * Turns of Serve and Judge in one execution: each adds 11 events to its history. 1,000 turns
     * leave room for 4,600 failed attempts, 3 events each, within the 25,000 events of AWS.
     */
    maxTurns: 1_000,
    /** An operator is paged when a step has failed so often in a row. */
    pageAfter: 3,
    /**
     * A process pages about a step at most this often: an outage of ours fails the step of each
     * lease.
     */
    pageEvery: minutes(5),
  },
  commit: {
    /** How often a version conflict is retried before the whole step is retried. */
    attempts: 5,
  },
  events: { pageSize: 100 },
} as const;

/** The longest time until a lease is active, when no attempt takes longer than `attemptLimit`. */
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
  leasePolicy.silence.secondLook <= minutes(1.5),
  'a silent lease must end within its limit and a minute and a half',
);

invariant(
  leasePolicy.teardown.handOverAfter > leasePolicy.lease.maxDuration,
  'a teardown must be given longer than any lease',
);
