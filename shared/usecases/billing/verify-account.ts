// Proves that one account's entries, its leases, its closed days and its own totals agree, while
// leases go on. What moved while it was read is looked at again before it is called wrong:
//
// - Entries first, then their leases: a lease may know of entries that were not there yet. It is
//   then read again *before* its entries. What a lease says it has entered is from then on in the
//   ledger or in its outbox, so that comparison is exact.
// - The account last, after its leases: one that was settled or placed in between is seen by the
//   hold that it has or hasn't, and read again before the account is.

import type { ConsumerId, LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { after, type EpochMs, epochMs, hours } from '../../core/base/time.ts';
import { type Day, dayOf } from '../../core/billing/days.ts';
import { addBooks, booksOf, byDay, type DayBooks, EMPTY_BOOKS } from '../../core/billing/report.ts';
import {
  addEntry,
  compareAccount,
  type Difference,
  type Fact,
  factOf,
  judgeDay,
  judgeEntries,
  NO_ENTRIES,
  type Tally,
  withOutbox,
} from '../../core/billing/verify.ts';
import type { Lease } from '../../core/lease/lease.ts';
import type { DayStore } from '../../ports/day-store.ts';
import type { Records } from '../common/change-lease.ts';
import { walkLedger } from '../ledger/walk-ledger.ts';

export type VerifyPorts = Records & { readonly days: DayStore };

/** How one account's books stand. */
export type AccountVerdict = {
  readonly consumer: ConsumerId;
  readonly leases: number;
  readonly entries: number;
  readonly closedDays: number;
  /** What can't be told yet, since it moves: leases, or the account itself. The next run will. */
  readonly doubtful: number;
  /** The first thing that is wrong; null when everything agrees. */
  readonly difference: Difference | null;
};

type Facts = Map<LeaseId, Fact>;
type Tallies = Map<LeaseId, Tally>;

/** Clocks differ: what others have entered may lie ahead of this one. */
const endOf = (now: EpochMs): EpochMs => after(now, hours(24));

type Walked = {
  readonly tallies: Tallies;
  readonly entries: number;
  readonly closedDays: number;
  readonly difference: Difference | null;
};

/** Streams all entries: keeps a tally of each lease, and the books of the day it is in. */
async function walk(ports: VerifyPorts, consumer: ConsumerId, now: EpochMs): Promise<Walked> {
  const span = { from: epochMs(0), to: endOf(now) };
  const days = { first: dayOf(span.from), end: dayOf(span.to) };
  // Closed days before the entries: a day that is closed then has all of its entries.
  const closed = new Map<Day, DayBooks>(
    (await ports.days.between(consumer, days)).map((report) => [report.day, report]),
  );
  const tallies: Tallies = new Map();
  const open = new Map<Day, DayBooks>([...closed.keys()].map((day) => [day, EMPTY_BOOKS]));
  let entries = 0;
  for await (const page of walkLedger(ports.ledger, { consumer, span })) {
    entries += page.length;
    for (const entry of page) {
      tallies.set(entry.leaseId, addEntry(tallies.get(entry.leaseId) ?? NO_ENTRIES, entry));
    }
    for (const [day, part] of byDay(page)) {
      const books = open.get(day);
      if (books !== undefined) open.set(day, addBooks(books, booksOf(part)));
    }
  }
  const differences = [...open].map(([day, entered]) =>
    judgeDay({ consumer, day }, entered, closed.get(day) ?? EMPTY_BOOKS),
  );
  const difference = differences.find((each) => each !== null) ?? null;
  return { tallies, entries, closedDays: closed.size, difference };
}

/** As many leases in memory as one batch of reads brings. */
const CHUNK = 100;

function* chunksOf(ids: readonly LeaseId[]): Generator<readonly LeaseId[], void> {
  for (let from = 0; from < ids.length; from += CHUNK) yield ids.slice(from, from + CHUNK);
}

type Looked = { readonly facts: Facts; readonly doubts: readonly LeaseId[] };

/** Compares the leases with what was tallied before; those that differ may have moved. */
async function compareLeases(
  ports: VerifyPorts,
  consumer: ConsumerId,
  tallies: Tallies,
): Promise<Looked> {
  const facts: Facts = new Map();
  const doubts: LeaseId[] = [];
  for (const ids of chunksOf([...tallies.keys()])) {
    const leases = await ports.leases.getMany(ids);
    for (const leaseId of ids) {
      const lease = leases.get(leaseId) ?? null;
      const tally = tallies.get(leaseId) ?? NO_ENTRIES;
      const all = lease === null ? tally : withOutbox(tally, lease);
      if (judgeEntries({ consumer, leaseId }, all, lease) !== null) doubts.push(leaseId);
      if (lease !== null) facts.set(leaseId, factOf(lease));
    }
  }
  return { facts, doubts };
}

/** When the earliest of these leases can have entered anything. */
function sinceOf(leases: ReadonlyMap<LeaseId, Lease>, ids: readonly LeaseId[]): EpochMs {
  const since = ids.map((id) => leases.get(id)?.requestedAt ?? 0);
  return epochMs(Math.max(0, Math.min(...since) - policy.verify.overlap));
}

/** Leases first, then their entries up to what each had committed: this comparison is exact. */
async function lookAgain(
  ports: VerifyPorts,
  consumer: ConsumerId,
  { facts, ids }: { readonly facts: Facts; readonly ids: readonly LeaseId[] },
): Promise<Difference | null> {
  if (ids.length === 0) return null;
  const leases = await ports.leases.getMany(ids);
  const span = { from: sinceOf(leases, ids), to: endOf(ports.clock.now()) };
  const asked = new Set(ids);
  const tallies: Tallies = new Map();
  for await (const page of walkLedger(ports.ledger, { consumer, span })) {
    for (const entry of page.filter(({ leaseId }) => asked.has(leaseId))) {
      const last = leases.get(entry.leaseId)?.lastEntry ?? entry.seq;
      if (entry.seq > last) continue;
      tallies.set(entry.leaseId, addEntry(tallies.get(entry.leaseId) ?? NO_ENTRIES, entry));
    }
  }
  for (const leaseId of ids) {
    const lease = leases.get(leaseId) ?? null;
    const tally = tallies.get(leaseId) ?? NO_ENTRIES;
    if (lease === null && tally === NO_ENTRIES) continue;
    const all = lease === null ? tally : withOutbox(tally, lease);
    const difference = judgeEntries({ consumer, leaseId }, all, lease);
    if (difference !== null) return difference;
    if (lease !== null) facts.set(leaseId, factOf(lease));
  }
  return null;
}

/** Leases that may have moved since: those that are open, and those that entered something. */
async function movedSince(
  ports: VerifyPorts,
  { consumer, since, facts }: { consumer: ConsumerId; since: EpochMs; facts: Facts },
): Promise<ReadonlySet<LeaseId>> {
  const from = epochMs(Math.max(0, since - policy.verify.overlap));
  const moved = new Set<LeaseId>();
  for (const [id, { spent, pending }] of facts) if (spent === null || pending) moved.add(id);
  const span = { from, to: endOf(ports.clock.now()) };
  for await (const page of walkLedger(ports.ledger, { consumer, span })) {
    for (const { leaseId } of page) moved.add(leaseId);
  }
  return moved;
}

type Totals = { readonly difference: Difference | null; readonly doubtful: boolean };

/** Compares the account with its leases; what differs is looked at again, some times. */
async function compareTotals(
  ports: VerifyPorts,
  { consumer, facts, since }: { consumer: ConsumerId; facts: Facts; since: EpochMs },
): Promise<Totals> {
  let last: Totals = { difference: null, doubtful: false };
  for (let look = 1; look <= policy.verify.maxLooks; look += 1) {
    const account = await ports.accounts.get(consumer);
    if (account === null) {
      const missing = { consumer, leaseId: null, what: 'accounts', ledger: 1, found: 0 };
      return { difference: missing, doubtful: false };
    }
    const { suspects, ...found } = compareAccount(account, facts, ports.clock.now());
    last = found;
    if (found.difference === null) return last;
    const moved = await movedSince(ports, { consumer, since, facts });
    const ids = [...new Set([...suspects, ...moved])];
    const difference = await lookAgain(ports, consumer, { facts, ids });
    if (difference !== null) return { difference, doubtful: false };
  }
  return last;
}

/** Judges one account. It changes nothing. Throws StoreDown. */
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
  const totals = await compareTotals(ports, { consumer, facts, since });
  if (!totals.doubtful) return { ...counted, doubtful: unjudged, difference: totals.difference };
  return { ...counted, doubtful: unjudged + 1, difference: null };
}
