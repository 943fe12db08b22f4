// Decisions about the sweep, each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { hours, minutes, seconds } from '../time.ts';

export const sweepPolicy = {
  sweep: {
    /** While leases are open. An instance without a lease runs for at most two intervals. */
    every: minutes(1),
    /** While no lease is open: an unrecorded instance must still be found. */
    idleEvery: minutes(5),
    /** The minimum time between two sightings: a sweep may be some seconds early. */
    minSightingGap: seconds(45),
    /** Three consecutive sweeps were missed or failed: the running instances are unknown. */
    staleAfter: minutes(15),
    /** How long after its deadline a lease is overdue: the workflow and the schedule act first. */
    overdueAfter: minutes(1),
    /** A wake that has not arrived after this time is sent again. */
    wakeAfter: minutes(1),
    /** How long a hold may exist without a lease: an admission writes its lease within seconds. */
    maxHoldAlone: minutes(2),
    /**
     * An instance that sent heartbeats must be missing for longer than the interval between two:
     * one that still runs then contradicts the listing.
     */
    missingWait: seconds(90),
    /**
     * When many instances are missing at once, each must be missing for this long: a lie or an
     * outage of the provider is more likely than many losses.
     */
    missingCrowdWait: minutes(10),
    /** Operators are paged about a teardown that takes longer. */
    teardownPage: hours(1),
    /** Actions left after this time go to the next sweep. It is below the function timeout. */
    maxDuration: minutes(4),
    /** Suspects in one record: an item holds 400 KB. The next sweep finds the rest again. */
    maxSuspects: 3_000,
  },
  crowd: {
    /** A crowd has more than this number of anomalies, and more than this share of all. */
    aboveCount: 3,
    abovePercent: 20,
  },
  standalone: {
    /** Rounds of destroying and listing, with a pause of the list lag between them. */
    maxRounds: 20,
  },
} as const;

invariant(
  sweepPolicy.sweep.minSightingGap < sweepPolicy.sweep.every &&
    sweepPolicy.sweep.maxDuration > sweepPolicy.sweep.every,
  'two sweeps in a row must be two sightings',
);
