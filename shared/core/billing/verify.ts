// Whether the books agree: the entries of a lease with the lease itself, all of them with the
// account, and closed days with the entries of those days. It names the first difference.

import type { ConsumerId, LeaseId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { between, type EpochMs, type Month } from '../base/time.ts';
import type { Lease } from '../lease/lease.ts';
import type { Account, Hold } from '../ledger/account.ts';
import type { EntryKind, LedgerEntry } from '../ledger/entry.ts';
import type { Day } from './days.ts';
import { addBooks, type DayBooks, EMPTY_BOOKS } from './report.ts';

/** Two numbers that must be equal and are not: of money unless `what` counts something. */
export type Difference = {
  readonly consumer: ConsumerId;
  readonly leaseId: LeaseId | null;
  readonly what: string;
  /** What the entries say. */
  readonly ledger: number;
  /** What the lease, the account or the closed day says. */
  readonly found: number;
};

/** What the entries of one lease sum up to: all that is kept of them while they stream by. */
export type Tally = {
  readonly entries: number;
  readonly lastSeq: number;
  readonly seqs: number;
  readonly held: number;
  readonly charged: number;
  readonly corrected: number;
};

export const NO_ENTRIES: Tally = {
  ...{ entries: 0, lastSeq: 0, seqs: 0 },
  ...{ held: 0, charged: 0, corrected: 0 },
};

type Sum = 'held' | 'charged' | 'corrected';

/** What an entry of a kind adds its amount to, and what it takes it from. */
const COUNTS: Readonly<Record<EntryKind, { readonly adds?: Sum; readonly takes?: Sum }>> = {
  'hold-placed': { adds: 'held' },
  'hold-raised': { adds: 'held' },
  'hold-released': { takes: 'held' },
  charge: { adds: 'charged', takes: 'held' },
  // What was charged beyond the hold was never held.
  overrun: { adds: 'held' },
  'true-up': { adds: 'corrected' },
  correction: { adds: 'corrected' },
};

export function addEntry(tally: Tally, { seq, kind, amountMicroUsd }: LedgerEntry): Tally {
  const next = {
    ...tally,
    entries: tally.entries + 1,
    lastSeq: Math.max(tally.lastSeq, seq),
    seqs: tally.seqs + seq,
  };
  const { adds, takes } = COUNTS[kind];
  if (adds !== undefined) next[adds] += amountMicroUsd;
  if (takes !== undefined) next[takes] -= amountMicroUsd;
  return next;
}

/** With what the lease has committed and not applied yet, as far as the tally hasn't seen it. */
export function withOutbox(tally: Tally, lease: Lease): Tally {
  return lease.outbox.entries.filter(({ seq }) => seq > tally.lastSeq).reduce(addEntry, tally);
}

/** The sequence 1 to `count`, each once. */
const isGapless = ({ entries, lastSeq, seqs }: Tally, count: number): boolean =>
  entries === count && lastSeq === count && seqs === (count * (count + 1)) / 2;

type Pair = readonly [what: string, ledger: number, found: number];

type Subject = Pick<Difference, 'consumer' | 'leaseId'>;
const differenceOf = (of: Subject, [what, ledger, found]: Pair): Difference => ({
  ...of,
  ...{ what, ledger, found },
});

const firstUnequal = (pairs: readonly Pair[]): Pair | undefined =>
  pairs.find(([, ledger, found]) => ledger !== found);

function pairsOf(tally: Tally, lease: Lease | null): readonly Pair[] {
  if (lease === null) return [['leases of these entries', 1, 0]];
  const ended = lease.state === 'ended' ? lease : null;
  const { entries, held, charged, corrected } = tally;
  const { lastEntry } = lease;
  const gap: Pair = ['sum of sequence numbers', tally.seqs, (lastEntry * (lastEntry + 1)) / 2];
  return [
    ['number of entries', entries, lastEntry],
    ...(isGapless(tally, lastEntry)
      ? []
      : [gap, ['last entry', tally.lastSeq, lastEntry] as const]),
    ['held', held, ended === null ? lease.hold.amountMicroUsd : 0],
    ['charged', charged, ended?.chargedMicroUsd ?? 0],
    ['corrected', corrected, ended?.correctedMicroUsd ?? 0],
  ];
}

/**
 * The first thing in which a lease and its entries differ; null when they agree. The tally is of
 * all entries up to the lease's last one: those applied and those in its outbox.
 */
export function judgeEntries(
  of: { readonly consumer: ConsumerId; readonly leaseId: LeaseId },
  tally: Tally,
  lease: Lease | null,
): Difference | null {
  const first = firstUnequal(pairsOf(tally, lease));
  return first === undefined ? null : differenceOf(of, first);
}

/** What an account has to know of a lease. */
export type Fact = {
  readonly month: Month;
  /** Charged and corrected; null while it is not ended. */
  readonly spent: number | null;
  readonly held: number;
  /** Something of it is committed and may or may not have reached the account. */
  readonly pending: boolean;
};

export const factOf = (lease: Lease): Fact => ({
  month: lease.hold.month,
  spent: lease.state === 'ended' ? lease.chargedMicroUsd + lease.correctedMicroUsd : null,
  held: lease.hold.amountMicroUsd,
  pending: lease.outbox.entries.length > 0,
});

type Facts = ReadonlyMap<LeaseId, Fact>;

/** An account by itself: what is left of each limit, what is held and what was spent. */
function ownPairs({ limits, month, holds, ...account }: Account): readonly Pair[] {
  const held = Object.values(holds);
  const sumOf = (amounts: readonly number[]): number => amounts.reduce((all, one) => all + one, 0);
  const own = held.filter((hold) => hold.month === month).map((hold) => hold.amountMicroUsd);
  const rates = sumOf(held.map((hold) => hold.rateMicroUsdPerHour));
  const room = account.roomMicroUsd + sumOf(own) + account.chargedMicroUsd;
  return [
    ['budget: room, holds and charges', room, limits.monthlyBudgetMicroUsd],
    [
      'rate limit: room and holds',
      account.rateRoomMicroUsdPerHour + rates,
      limits.maxRateMicroUsdPerHour,
    ],
    ['open leases: room and holds', account.leaseRoom + held.length, limits.maxOpenLeases],
  ];
}

/** Placed or raised a moment ago: its lease may be about to be written. */
function isFresh(hold: Hold | undefined, now: EpochMs): boolean {
  if (hold === undefined) return false;
  const { placedAt, raisedAt = placedAt } = hold;
  return (
    between(placedAt, now) <= policy.sweep.holdAlone ||
    (raisedAt > placedAt && between(raisedAt, now) <= policy.extension.trimAfter)
  );
}

/** What a comparison of an account with its leases found. */
export type Comparison = {
  readonly difference: Difference | null;
  /** It may be explained by what was under way while it was looked at. */
  readonly doubtful: boolean;
  /** Leases that should be looked at again. */
  readonly suspects: readonly LeaseId[];
};

/** Holds and open leases that don't match, one by one. */
function mismatches(account: Account, facts: Facts): ReadonlyMap<LeaseId, Pair> {
  const found = new Map<LeaseId, Pair>();
  for (const [id, { amountMicroUsd }] of Object.entries(account.holds)) {
    const leaseId = id as LeaseId;
    const fact = facts.get(leaseId);
    if (fact?.spent !== null && fact?.pending === true) continue;
    const held = fact?.spent === null ? fact.held : 0;
    if (held !== amountMicroUsd) found.set(leaseId, ['held', held, amountMicroUsd]);
  }
  for (const [leaseId, { spent, held }] of facts) {
    if (spent !== null || account.holds[leaseId] !== undefined) continue;
    found.set(leaseId, ['held', held, 0]);
  }
  return found;
}

/** What the leases settled on this account come to: in its month, and ever. */
function spentPairs(account: Account, facts: Facts): readonly Pair[] {
  const { month, holds, chargedMicroUsd, chargedBeforeMicroUsd } = account;
  let [now, ever] = [0, 0];
  for (const [leaseId, { spent, ...fact }] of facts) {
    if (holds[leaseId] !== undefined || spent === null) continue;
    ever += spent;
    if (fact.month === month) now += spent;
  }
  return [
    [`charged in ${month}`, now, chargedMicroUsd],
    ['charged ever', ever, chargedMicroUsd + chargedBeforeMicroUsd],
  ];
}

/**
 * Compares an account with all its leases, whose entries were found to agree with them. The account
 * must have been read after the leases.
 */
export function compareAccount(account: Account, facts: Facts, now: EpochMs): Comparison {
  const { consumer } = account;
  const found = mismatches(account, facts);
  const [suspect] = found;
  const suspects = [...found.keys()];
  if (suspect !== undefined) {
    const [leaseId, pair] = suspect;
    const moves = (id: LeaseId): boolean =>
      facts.get(id)?.pending === true || isFresh(account.holds[id], now);
    const doubtful = suspects.every(moves);
    return { difference: differenceOf({ consumer, leaseId }, pair), doubtful, suspects };
  }
  const first = firstUnequal([...ownPairs(account), ...spentPairs(account, facts)]);
  if (first === undefined) return { difference: null, doubtful: false, suspects };
  const doubtful = [...facts.values()].some(({ pending }) => pending);
  return { difference: differenceOf({ consumer, leaseId: null }, first), doubtful, suspects };
}

const amountIn = ({ rows }: DayBooks): number =>
  rows.reduce((all, row) => all + row.chargedMicroUsd + row.correctedMicroUsd, 0);

/** The first thing in which a closed day and its entries differ; null when they agree. */
export function judgeDay(
  { consumer, day }: { readonly consumer: ConsumerId; readonly day: Day },
  entered: DayBooks,
  closed: DayBooks,
): Difference | null {
  const kinds = [...new Set([...Object.keys(entered.kinds), ...Object.keys(closed.kinds)])];
  const pairs = kinds.toSorted().flatMap((kind): readonly Pair[] => {
    const [mine, theirs] = [entered.kinds[kind], closed.kinds[kind]];
    return [
      [`day ${day}: entries of kind ${kind}`, mine?.entries ?? 0, theirs?.entries ?? 0],
      [`day ${day}: ${kind}`, mine?.amountMicroUsd ?? 0, theirs?.amountMicroUsd ?? 0],
    ];
  });
  const textOf = (books: DayBooks): string => JSON.stringify(addBooks(EMPTY_BOOKS, books).rows);
  const alike = textOf(entered) === textOf(closed);
  const rows: Pair = [`day ${day}: rows`, amountIn(entered), amountIn(closed)];
  const first = firstUnequal([...pairs, rows]) ?? (alike ? undefined : rows);
  return first === undefined ? null : differenceOf({ consumer, leaseId: null }, first);
}
