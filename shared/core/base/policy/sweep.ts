// Decisions about the sweep, each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { hours, minutes, seconds } from '../time.ts';

export const sweepPolicy = {
  sweep: {
    /** While leases are open; an instance without a lease lives for two of these at most. */
    every: minutes(1),
    /** While none is: what nobody recorded is found all the same. */
    idleEvery: minutes(5),
    /** Two sightings this far apart are two, though a sweep came some seconds early. */
    apart: seconds(45),
    /** Three sweeps in a row were missed or failed: nobody knows what runs. */
    staleAfter: minutes(15),
    /** The workflow and the schedule come first: past its deadline by this, a lease is overdue. */
    overdueAfter: minutes(1),
    /** A wake that was committed and didn't arrive for this long is sent again. */
    wakeAfter: minutes(1),
    /** An admission writes its lease within seconds after its hold. */
    holdAlone: minutes(2),
    /** A person is told of a teardown that takes longer. */
    teardownPage: hours(1),
    /** What it can't do in this time is left to the next: below its function's timeout. */
    longest: minutes(4),
    /** Suspects a record remembers: an item has 400 KB. More are seen again by the next. */
    maxSuspects: 3_000,
  },
  crowd: {
    /** So many strange things at once, or such a part of all, are our own mistake: people look. */
    least: 3,
    percent: 20,
  },
  standalone: {
    /** Rounds of destroying and listing; a pause of the list lag between them. */
    maxRounds: 20,
  },
} as const;

invariant(
  sweepPolicy.sweep.apart < sweepPolicy.sweep.every &&
    sweepPolicy.sweep.longest > sweepPolicy.sweep.every,
  'two sweeps in a row must be two sightings',
);
