// Checks that one account's entries, leases, closed days and totals agree, while leases change.
// Before a difference is reported, everything that changed in between is checked again:
//
// - Entries first, then their leases: a lease may have newer entries. Such a lease is then read
// again *before* its entries. Its entries are then in the ledger or in its outbox, so this
// comparison is exact.
// - The account last, after its leases: a lease that was settled or placed in between is detected
// by its hold, and read again before the account.

import type { ConsumerId, LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { type EpochMs, epochMs } from '../../core/base/time.ts';
import { type Day, dayOf, type Span } from '../../core/billing/days.ts';
import type { Difference } from '../../core/billing/difference.ts';
import type { DayBooks } from '../../core/billing/report.ts';
import { compareEntries, type Tallies, tallyEntries } from '../../core/billing/tally.ts';
import {
  compareAccount,
  enteredUntil,
  type Fact,
  factOf,
  mayHaveMoved,
  missingAccount,
  spanOfLeases,
  spanSince,
  unreadableAccount,
  unreadableRecords,
  verifyUntil,
} from '../../core/billing/verify.ts';
import { emptyBooks, enterBooks, judgeDays } from '../../core/billing/verify-days.ts';
import type { DayStore } from '../../ports/day-store.ts';
import type { ReportUnreadable } from '../../ports/unreadable.ts';
import type { Records } from '../common/change-lease.ts';
import { walkLedger } from '../ledger/walk-ledger.ts';

export type VerifyPorts = Records & { readonly days: DayStore };

/** The result for one account. */
export type AccountVerdict = {
  readonly consumer: ConsumerId;
  readonly leases: number;
  readonly entries: number;
  readonly closedDays: number;
  /**
   * The number of leases (or the account itself) that changed during every check. The next run
   * checks them.
   */
  readonly doubtful: number;
  /** The first difference; null when everything agrees. */
  readonly difference: Difference | null;
};

type Facts = Map<LeaseId, Fact>;

/** The first walk reports every unreadable record. */
const LEFT_OUT: ReportUnreadable = () => undefined;

type Walked = {
  readonly tallies: Tallies;
  readonly entries: number;
  readonly closedDays: number;
  readonly difference: Difference | null;
};

/** Streams all entries: keeps a tally per lease, and the books of closed days. */
async function walk(ports: VerifyPorts, consumer: ConsumerId, now: EpochMs): Promise<Walked> {
  const span = { from: epochMs(0), to: verifyUntil(now) };
  const days = { first: dayOf(span.from), end: dayOf(span.to) };
  const unreadable: string[] = [];
  const report: ReportUnreadable = ({ why }) => unreadable.push(why);
  // Closed days are read before the entries: all entries of a closed day exist.
  const closed = new Map<Day, DayBooks>(
    (await ports.days.between(consumer, days, report)).map((each) => [each.day, each]),
  );
  const tallies: Tallies = new Map();
  const entered = emptyBooks(closed);
  let entries = 0;
  for await (const page of walkLedger(ports.ledger, { consumer, span }, report)) {
    entries += page.length;
    tallyEntries(tallies, page);
    enterBooks(entered, page);
  }
  const difference =
    unreadableRecords(consumer, unreadable) ?? judgeDays(consumer, entered, closed);
  return { tallies, entries, closedDays: closed.size, difference };
}

/** Leases in memory: one batch of reads. */
const CHUNK = 100;

type Looked = { readonly facts: Facts; readonly doubts: readonly LeaseId[] };

/** Compares the leases with their tallies; those that differ may have changed. */
async function compareLeases(
  ports: VerifyPorts,
  consumer: ConsumerId,
  tallies: Tallies,
): Promise<Looked> {
  const facts: Facts = new Map();
  const doubts: LeaseId[] = [];
  const all = [...tallies.keys()];
  for (let from = 0; from < all.length; from += CHUNK) {
    const ids = all.slice(from, from + CHUNK);
    const leases = await ports.leases.getMany(ids);
    for (const [id, lease] of leases) facts.set(id, factOf(lease));
    const different = compareEntries(consumer, ids, { tallies, leases });
    doubts.push(...different.map(({ leaseId }) => leaseId));
  }
  return { facts, doubts };
}

/**
 * Reads leases first, then their entries up to what each had committed: this comparison is exact.
 */
async function lookAgain(
  ports: VerifyPorts,
  consumer: ConsumerId,
  { facts, ids }: { readonly facts: Facts; readonly ids: readonly LeaseId[] },
): Promise<Difference | null> {
  if (ids.length === 0) return null;
  const leases = await ports.leases.getMany(ids);
  const span = spanOfLeases(ids, leases, ports.clock.now());
  const asked = new Set(ids);
  const tallies: Tallies = new Map();
  for await (const page of walkLedger(ports.ledger, { consumer, span }, LEFT_OUT)) {
    const entries = page.filter(({ leaseId }) => asked.has(leaseId));
    tallyEntries(tallies, enteredUntil(entries, leases));
  }
  const [difference] = compareEntries(consumer, ids, { tallies, leases });
  if (difference !== undefined) return difference;
  for (const [id, lease] of leases) facts.set(id, factOf(lease));
  return null;
}

/** Leases that may have changed since: open ones, and those with new entries. */
async function movedSince(
  ports: VerifyPorts,
  consumer: ConsumerId,
  { facts, span }: { readonly facts: Facts; readonly span: Span },
): Promise<readonly LeaseId[]> {
  const moved = new Set(mayHaveMoved(facts));
  for await (const page of walkLedger(ports.ledger, { consumer, span }, LEFT_OUT)) {
    for (const { leaseId } of page) moved.add(leaseId);
  }
  return [...moved];
}

type Totals = { readonly difference: Difference | null; readonly doubtful: boolean };

/**
 * Compares the account with its leases; differences are checked again, a limited number of times.
 */
async function compareTotals(
  ports: VerifyPorts,
  consumer: ConsumerId,
  { facts, since }: { readonly facts: Facts; readonly since: EpochMs },
): Promise<Totals> {
  let last: Totals = { difference: null, doubtful: false };
  for (let look = 1; look <= policy.verify.maxLooks; look += 1) {
    let missing = missingAccount;
    const account = await ports.accounts.get(consumer, () => {
      missing = unreadableAccount;
    });
    if (account === null) return { difference: missing(consumer), doubtful: false };
    const { suspects, ...found } = compareAccount(account, facts, ports.clock.now());
    last = found;
    if (found.difference === null) return last;
    const span = spanSince(since, ports.clock.now());
    const moved = await movedSince(ports, consumer, { facts, span });
    const ids = [...new Set([...suspects, ...moved])];
    const difference = await lookAgain(ports, consumer, { facts, ids });
    if (difference !== null) return { difference, doubtful: false };
  }
  return last;
}

/** Verifies one account. Changes nothing. Throws StoreDown. */
export async function verifyAccount(
  ports: VerifyPorts,
  consumer: ConsumerId,
): Promise<AccountVerdict> {
  const since = ports.clock.now();
  const { tallies, entries, closedDays, ...walked } = await walk(ports, consumer, since);
  const { facts, doubts } = await compareLeases(ports, consumer, tallies);
  const ids = doubts.slice(0, policy.verify.maxDoubts);
  const entered = await lookAgain(ports, consumer, { facts, ids });
  const found = walked.difference ?? entered;
  const counted = { consumer, leases: facts.size, entries, closedDays };
  const unjudged = doubts.length - ids.length;
  if (found !== null) return { ...counted, doubtful: unjudged, difference: found };
  const totals = await compareTotals(ports, consumer, { facts, since });
  if (!totals.doubtful) return { ...counted, doubtful: unjudged, difference: totals.difference };
  return { ...counted, doubtful: unjudged + 1, difference: null };
}
