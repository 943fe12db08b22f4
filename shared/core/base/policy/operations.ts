// Decisions about what operators do and look at, each with its unit and reason; see policy.ts.

import { minutes } from '../time.ts';

export const operationsPolicy = {
  freeze: {
    /** Between two rounds of a freeze that is not finished. */
    every: minutes(1),
    /** Freezes and thaws that the record of a scope remembers. */
    actsKept: 10,
  },
  doctor: {
    /** Leases shown one by one, the most urgent first: more would hide them. */
    maxLeases: 100,
  },
} as const;
