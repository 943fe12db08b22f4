// Decisions about reports, reconciliation and prepaid balances,
// each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { microUsd } from '../money.ts';
import { hours, minutes, seconds } from '../time.ts';

export const billingPolicy = {
  correction: {
    /** Keys of the newest corrections that a lease remembers: a person makes few. */
    keysKept: 20,
  },
  reconcile: {
    /** Charges are compared with the provider's once a day: it tells them by the day. */
    every: hours(24),
    /** Leases settled this long ago are compared still: the present month and the last. */
    lookBack: hours(62 * 24),
    /** A person is told of a difference above this share of the charge, and above $0.01. */
    driftShare: 0.01,
    minDrift: microUsd(10_000),
    /** And of every one above $1. */
    maxDrift: microUsd(1_000_000),
    /** Findings that the record has room for; more are counted. */
    findingsKept: 100,
    /** Findings told one by one: more would be one story. */
    findingsPaged: 10,
  },
  balance: {
    /** Between two readings of a provider's prepaid balance. */
    readEvery: minutes(5),
    /** An older reading limits nothing. */
    staleAfter: minutes(15),
    /** A choice commits its lease within this after it took room, or never: a step takes 60 s. */
    takeFor: minutes(2),
    /** Takes between two readings: 50 KB of an item that each of them writes. */
    maxTakes: 500,
    /** A person is told when the balance lasts less than this. */
    minRunway: hours(1),
    /** Between two times of telling that it is low, or that it can't be read. */
    notifyEvery: hours(1),
  },
  days: {
    /**
     * After midnight UTC: longer than any function runs, so that what the day decided is committed,
     * and than the index of open leases lags, so that what is committed is seen.
     */
    closeAfter: minutes(30),
    /** Days of one account that are closed in one run. */
    maxClose: 400,
  },
  costs: {
    /** A report spans a year and some, not everything there ever was. */
    maxSpanDays: 400,
    /** Accounts read at once. */
    accountsAtOnce: 10,
  },
  verify: {
    /** Leases of one account that are looked at again because they moved while it was read. */
    maxDoubts: 500,
    /** Looks at an account that changes while it is looked at. */
    maxLooks: 4,
    /** How far back a second look reads the entries: clocks differ, steps take time. */
    overlap: minutes(10),
    /** A page of accounts ends after this: an HTTP API gives up after 30 s. */
    pageFor: seconds(10),
  },
} as const;

invariant(
  billingPolicy.balance.staleAfter >= 3 * billingPolicy.balance.readEvery,
  'one failed reading must not make a balance unknown',
);
