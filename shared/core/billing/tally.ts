// What the entries of each lease sum up to, as they stream by, and whether that agrees with the
// lease itself.

import type { ConsumerId, LeaseId } from '../base/ids.ts';
import type { Lease } from '../lease/lease.ts';
import type { EntryKind, LedgerEntry } from '../ledger/entry.ts';
import { type Difference, differenceOf, firstUnequal, type Pair } from './difference.ts';

/** What the entries of one lease sum up to: all that is kept of them while they stream by. */
export type Tally = {
  readonly entries: number;
  readonly lastSeq: number;
  readonly seqs: number;
  readonly held: number;
  readonly charged: number;
  readonly corrected: number;
};

const NO_ENTRIES: Tally = {
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

function tallyEntry(tally: Tally, { seq, kind, amountMicroUsd }: LedgerEntry): Tally {
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
function withOutbox(tally: Tally, lease: Lease): Tally {
  return lease.outbox.entries.filter(({ seq }) => seq > tally.lastSeq).reduce(tallyEntry, tally);
}

/** The sequence 1 to `count`, each once. */
const isGapless = ({ entries, lastSeq, seqs }: Tally, count: number): boolean =>
  entries === count && lastSeq === count && seqs === (count * (count + 1)) / 2;

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
 * all applied entries up to the lease's last one; those in its outbox are added here.
 */
function judgeEntries(
  of: { readonly consumer: ConsumerId; readonly leaseId: LeaseId },
  tally: Tally,
  lease: Lease | null,
): Difference | null {
  const all = lease === null ? tally : withOutbox(tally, lease);
  const first = firstUnequal(pairsOf(all, lease));
  return first === undefined ? null : differenceOf(of, first);
}

/** Tallies by lease. */
export type Tallies = Map<LeaseId, Tally>;

/** Adds entries to the tallies of their leases. */
export function tallyEntries(tallies: Tallies, entries: readonly LedgerEntry[]): void {
  for (const entry of entries) {
    tallies.set(entry.leaseId, tallyEntry(tallies.get(entry.leaseId) ?? NO_ENTRIES, entry));
  }
}

/**
 * Every lease of `ids` that differs from its entries, in their order. A lease that is neither there
 * nor has entries differs in nothing.
 */
export function compareEntries(
  consumer: ConsumerId,
  ids: readonly LeaseId[],
  read: {
    readonly tallies: ReadonlyMap<LeaseId, Tally>;
    readonly leases: ReadonlyMap<LeaseId, Lease>;
  },
): readonly (Difference & { readonly leaseId: LeaseId })[] {
  return ids.flatMap((leaseId) => {
    const lease = read.leases.get(leaseId) ?? null;
    const tally = read.tallies.get(leaseId);
    if (lease === null && tally === undefined) return [];
    const difference = judgeEntries({ consumer, leaseId }, tally ?? NO_ENTRIES, lease);
    return difference === null ? [] : [{ ...difference, leaseId }];
  });
}
