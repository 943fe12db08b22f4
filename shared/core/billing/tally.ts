// Sums ledger entries per lease as they are streamed, and compares the sums with the lease.

import type { ConsumerId, LeaseId } from '../base/ids.ts';
import { type Lease, reservedOf } from '../lease/lease.ts';
import type { EntryKind, LedgerEntry } from '../ledger/entry.ts';
import { type Difference, differenceOf, firstUnequal, type Pair } from './difference.ts';

/** The sums of one lease's entries: all that is kept in memory. */
export type Tally = {
  readonly entries: number;
  readonly lastSeq: number;
  readonly seqs: number;
  readonly held: number;
  readonly charged: number;
  readonly corrected: number;
  readonly reserved: number;
};

const NO_ENTRIES: Tally = {
  ...{ entries: 0, lastSeq: 0, seqs: 0 },
  ...{ held: 0, charged: 0, corrected: 0, reserved: 0 },
};

type Sum = 'held' | 'charged' | 'corrected' | 'reserved';

/** The sum that an entry kind adds to, and the sum it subtracts from. */
const COUNTS: Readonly<Record<EntryKind, { readonly adds?: Sum; readonly takes?: Sum }>> = {
  'hold-placed': { adds: 'held' },
  'hold-raised': { adds: 'held' },
  'hold-released': { takes: 'held' },
  charge: { adds: 'charged', takes: 'held' },
  // A charge beyond the hold was never held: this entry balances it.
  overrun: { adds: 'held' },
  'reserve-placed': { adds: 'reserved', takes: 'held' },
  'reserve-released': { takes: 'reserved' },
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

/** Adds the entries in the lease's outbox that the tally does not include. */
function withOutbox(tally: Tally, lease: Lease): Tally {
  return lease.outbox.entries.filter(({ seq }) => seq > tally.lastSeq).reduce(tallyEntry, tally);
}

/** Whether the entries are 1 to `count`, each once. */
const isGapless = ({ entries, lastSeq, seqs }: Tally, count: number): boolean =>
  entries === count && lastSeq === count && seqs === (count * (count + 1)) / 2;

function pairsOf(tally: Tally, lease: Lease | null): readonly Pair[] {
  if (lease === null) return [['leases of these entries', 1, 0]];
  const ended = lease.state === 'ended' ? lease : null;
  const { entries, held, charged, corrected, reserved } = tally;
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
    ['reserved', reserved, ended === null ? 0 : reservedOf(ended)],
  ];
}

/**
 * The first difference between a lease and its entries; null when they agree. The tally covers all
 * applied entries up to the lease's last one; this function adds those in its outbox.
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
 * The differences between the leases `ids` and their entries, in order. A missing lease without
 * entries has no difference.
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
