// Decisions about reports, reconciliation and prepaid balances,
// each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { microUsd } from '../money.ts';
import { hours, minutes } from '../time.ts';

export const billingPolicy = {
  correction: {
    /** Keys of the newest corrections that a lease keeps: operators make few. */
    keysKept: 20,
  },
  reconcile: {
    /** How often charges are compared with the provider's: it reports them by day. */
    every: hours(24),
    /** Leases settled within this time are compared: the current month and the last one. */
    lookBack: hours(62 * 24),
    /** Operators are paged about a difference above this share of the charge, and above $0.01. */
    driftShare: 0.01,
    minDrift: microUsd(10_000),
    /** Operators are paged about every difference above $1. */
    maxDrift: microUsd(1_000_000),
    /** Findings in one record; more are only counted. */
    findingsKept: 100,
    /** Findings that are paged individually: more have one cause. */
    findingsPaged: 10,
  },
  liveCharges: {
    /** Between two readings of what the provider has charged for running instances so far. */
    readEvery: hours(1),
  },
  reserve: {
    /** A reserve for unreported transfer is released at the latest this long after the lease. */
    keepFor: hours(72),
  },
  balance: {
    /** Between two readings of a provider's prepaid balance. */
    readEvery: minutes(5),
    /** An older balance limits nothing. */
    staleAfter: minutes(15),
    /** How long a take without a commit counts: a step takes 60 s. */
    takeLifetime: minutes(2),
    /** Takes between two readings: 50 KB in an item that each take writes. */
    maxTakes: 500,
    /** Operators are paged when the balance lasts less than this. */
    minRunway: hours(1),
    /** Between two pages about a balance that is low or cannot be read. */
    notifyEvery: hours(1),
  },
  days: {
    /**
     * After midnight UTC: longer than any function timeout, so that everything of the day is
     * committed, and longer than the lag of the index of open leases.
     */
    closeAfter: minutes(30),
    /** Days of one account to close in one run. */
    maxClose: 400,
  },
  costs: {
    /** The maximum span of a report: a little more than a year. */
    maxSpanDays: 400,
    /** Accounts read in parallel. */
    accountsAtOnce: 10,
  },
  verify: {
    /** Leases of one account to check again because they changed while it was read. */
    maxDoubts: 500,
    /** Attempts to compare an account that changes concurrently. */
    maxLooks: 4,
    /** How far back a second check reads entries: clocks differ, and steps take time. */
    overlap: minutes(10),
    /** Differences kept in a result; more are counted. */
    differencesKept: 100,
  },
} as const;

invariant(
  billingPolicy.reserve.keepFor > 2 * billingPolicy.reconcile.every,
  'a reserve must outlast the reconciliation that releases it',
);

invariant(
  billingPolicy.balance.staleAfter >= 3 * billingPolicy.balance.readEvery,
  'one failed reading must not make a balance unknown',
);
