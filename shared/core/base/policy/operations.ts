// Decisions about operations, each with its unit and reason; see policy.ts.

import { hours, minutes, seconds } from '../time.ts';

export const operationsPolicy = {
  freeze: {
    /** Between two rounds of a freeze that is not finished. */
    every: minutes(1),
    /** Freezes and thaws kept in the record of a scope. */
    actsKept: 10,
  },
  run: {
    /** Functions that may claim a run before it fails: each of them died or was lost. */
    maxTries: 3,
    /** A claim is valid for so much longer than its function can run. */
    claimMargin: seconds(15),
    /** Ended runs can be read for this long. */
    keepFor: hours(30 * 24),
    /** The pause of a client before it reads a run again, at first and at most. */
    firstPause: seconds(0.25),
    maxPause: seconds(5),
    /** How often a client reads a run before it gives up: 16 min, longer than any function runs. */
    maxReads: 200,
  },
  doctor: {
    /** Leases listed individually, the most urgent first. */
    maxLeases: 100,
  },
} as const;
