// Decisions about operations, each with its unit and reason; see policy.ts.

import { minutes } from '../time.ts';

export const operationsPolicy = {
  freeze: {
    /** Between two rounds of a freeze that is not finished. */
    every: minutes(1),
    /** Freezes and thaws kept in the record of a scope. */
    actsKept: 10,
  },
  doctor: {
    /** Leases listed individually, the most urgent first. */
    maxLeases: 100,
  },
} as const;
