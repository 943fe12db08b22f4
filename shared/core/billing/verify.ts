// Whether the totals of an account agree with its leases, while leases change: a difference that a
// concurrent change can explain is doubtful, not wrong. Reports the first difference.

import type { ConsumerId, LeaseId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { after, between, type EpochMs, epochMs, hours } from '../base/time.ts';
import type { Lease, LeaseIn } from '../lease/lease.ts';
import { chargesByMonth } from '../lease/settlement.ts';
import type { Account, Hold, HoldPart } from '../ledger/account.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import { amountIn, newestMonth } from '../ledger/hold-parts.ts';
import type { Span } from './days.ts';
import { type Difference, differenceOf, firstUnequal, type Pair } from './difference.ts';

/** The facts of a lease that the account is compared with. */
export type Fact = {
  /** Its charge and its reserves by month; empty before the lease is ended. */
  readonly charges: readonly HoldPart[];
  readonly reserves: readonly HoldPart[];
  /** The charge including corrections; null before the lease is ended. */
  readonly spent: number | null;
  readonly held: number;
  /** Its outbox is not empty: the account may or may not include it. */
  readonly pending: boolean;
};

/** The charge by month; corrections count in the newest month of the hold. */
function chargedIn(lease: LeaseIn<'ended'>): readonly HoldPart[] {
  const { hold, correctedMicroUsd: amountMicroUsd } = lease;
  return [...chargesByMonth(lease), { month: newestMonth(hold), amountMicroUsd }];
}

export const factOf = (lease: Lease): Fact => ({
  charges: lease.state === 'ended' ? chargedIn(lease) : [],
  reserves: lease.state === 'ended' ? lease.reserves : [],
  spent: lease.state === 'ended' ? lease.chargedMicroUsd + lease.correctedMicroUsd : null,
  held: lease.hold.amountMicroUsd,
  pending: lease.outbox.entries.length > 0,
});

export type Facts = ReadonlyMap<LeaseId, Fact>;

/** Checks within an account: the room of each limit, its holds and its charges. */
function ownPairs({ limits, month, holds, ...account }: Account): readonly Pair[] {
  const held = Object.values(holds);
  const sumOf = (amounts: readonly number[]): number => amounts.reduce((all, one) => all + one, 0);
  const own = held.map((hold) => amountIn(hold, month));
  const rates = sumOf(held.map((hold) => hold.rateMicroUsdPerHour));
  const taken = account.chargedMicroUsd + account.reservedMicroUsd;
  const room = account.roomMicroUsd + sumOf(own) + taken;
  return [
    ['budget: room, holds, reserves and charges', room, limits.monthlyBudgetMicroUsd],
    [
      'rate limit: room and holds',
      account.rateRoomMicroUsdPerHour + rates,
      limits.maxRateMicroUsdPerHour,
    ],
    ['open leases: room and holds', account.leaseRoom + held.length, limits.maxOpenLeases],
  ];
}

/** Placed or raised recently: its lease may not be written yet. */
function isFresh(hold: Hold | undefined, now: EpochMs): boolean {
  if (hold === undefined) return false;
  const { placedAt, raisedAt = placedAt } = hold;
  return (
    between(placedAt, now) <= policy.sweep.maxHoldAlone ||
    (raisedAt > placedAt && between(raisedAt, now) <= policy.extension.trimAfter)
  );
}

/** Clocks differ: entries of other processes may be ahead of this clock. */
export const verifyUntil = (now: EpochMs): EpochMs => after(now, hours(24));

/** From when to read entries again to find all made after `since`: steps take time. */
const overlapBefore = (since: number): EpochMs =>
  epochMs(Math.max(0, since - policy.verify.overlap));

/** The span in which these leases can have entries. */
export function spanOfLeases(
  ids: readonly LeaseId[],
  leases: ReadonlyMap<LeaseId, Lease>,
  now: EpochMs,
): Span {
  const since = ids.map((id) => leases.get(id)?.requestedAt ?? 0);
  return { from: overlapBefore(Math.min(...since)), to: verifyUntil(now) };
}

/** The span of all entries made after `since`. */
export const spanSince = (since: EpochMs, now: EpochMs): Span => ({
  from: overlapBefore(since),
  to: verifyUntil(now),
});

/** Leases that may have changed since they were read: open ones, and those with an outbox. */
export const mayHaveMoved = (facts: Facts): readonly LeaseId[] =>
  [...facts].flatMap(([id, { spent, pending }]) => (spent === null || pending ? [id] : []));

/** Removes entries that a lease committed after it was read; entries of missing leases stay. */
export const enteredUntil = (
  entries: readonly LedgerEntry[],
  leases: ReadonlyMap<LeaseId, Lease>,
): readonly LedgerEntry[] =>
  entries.filter(({ leaseId, seq }) => seq <= (leases.get(leaseId)?.lastEntry ?? seq));

/** The difference of entries without an account. */
export const missingAccount = (consumer: ConsumerId): Difference =>
  differenceOf({ consumer, leaseId: null }, ['accounts', 1, 0]);

export const unreadableAccount = (consumer: ConsumerId): Difference =>
  differenceOf({ consumer, leaseId: null }, ['readable accounts', 1, 0]);

/** The difference of entries and closed days that can't be read; null when there are none. */
export function unreadableRecords(
  consumer: ConsumerId,
  [first, ...more]: readonly string[],
): Difference | null {
  if (first === undefined) return null;
  const what = `readable records (the first unreadable one: ${first})`;
  return differenceOf({ consumer, leaseId: null }, [what, more.length + 1, 0]);
}

/** The result of comparing an account with its leases. */
export type Comparison = {
  readonly difference: Difference | null;
  /** A concurrent change may explain the difference. */
  readonly doubtful: boolean;
  /** Leases to check again. */
  readonly suspects: readonly LeaseId[];
};

/** Holds and open leases that do not match. */
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

/** The total charges of settled leases: in the account's month, and of all months. */
function spentPairs(account: Account, facts: Facts): readonly Pair[] {
  const { month, holds, chargedMicroUsd: charged, reservedMicroUsd: reserved } = account;
  const settled = [...facts].filter(([id, { spent }]) => holds[id] === undefined && spent !== null);
  const [spent, kept] = [
    settled.flatMap(([, { charges }]) => charges),
    settled.flatMap(([, { reserves }]) => reserves),
  ];
  const sumOf = (parts: readonly HoldPart[]): number =>
    parts.reduce((all, { amountMicroUsd }) => all + amountMicroUsd, 0);
  const inMonth = (parts: readonly HoldPart[]): number =>
    sumOf(parts.filter((part) => part.month === month));
  return [
    [`charged in ${month}`, inMonth(spent), charged],
    ['charged in total', sumOf(spent), charged + account.chargedBeforeMicroUsd],
    [`reserved in ${month}`, inMonth(kept), reserved],
    ['reserved in total', sumOf(kept), reserved + account.reservedBeforeMicroUsd],
  ];
}

/**
 * Compares an account with all its leases, after their entries were found to agree. The account
 * must be read after the leases.
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
