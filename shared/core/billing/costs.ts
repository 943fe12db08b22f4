// Cost reports: one line for each charge, correction, running instance or row of a closed day, and
// groups of lines. Every grouping of the same lines has the same total.

import * as z from 'zod/mini';
import type { ConsumerId, LeaseId } from '../base/ids.ts';
import { MicroUsd, microUsd, SignedMicroUsd, signedMicroUsd, sum } from '../base/money.ts';
import { type EpochMs, isoTime, type Month, monthOf } from '../base/time.ts';
import type { Pulse } from '../instance/pulse.ts';
import { billOf, type Lease } from '../lease/lease.ts';
import { amountOfCharge, ChargeParts, chargesOf, totalOf } from '../ledger/charge.ts';
import { cutByMonth, type MonthlyCharge } from '../ledger/charge-months.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import { byMonth } from '../ledger/hold-parts.ts';
import { dayOf, type Span } from './days.ts';

/** Sums of settled charges and corrections, with the parts of the charges. */
export const Sums = z.extend(ChargeParts, {
  chargedMicroUsd: MicroUsd,
  /** True-ups and corrections, in addition to the charges. */
  correctedMicroUsd: SignedMicroUsd,
  /** Settled leases that had an instance, each counted once, with its last instance. */
  leases: z.int(),
});
export type Sums = z.infer<typeof Sums>;

export const NOTHING: Sums = {
  chargedMicroUsd: microUsd(0),
  correctedMicroUsd: signedMicroUsd(0),
  gpuMicroUsd: microUsd(0),
  diskMicroUsd: microUsd(0),
  transferMicroUsd: microUsd(0),
  failedMicroUsd: microUsd(0),
  teardownMicroUsd: microUsd(0),
  idleMicroUsd: microUsd(0),
  leases: 0,
};

export function addSums(a: Sums, b: Sums): Sums {
  return {
    chargedMicroUsd: sum(a.chargedMicroUsd, b.chargedMicroUsd),
    correctedMicroUsd: signedMicroUsd(a.correctedMicroUsd + b.correctedMicroUsd),
    gpuMicroUsd: sum(a.gpuMicroUsd, b.gpuMicroUsd),
    diskMicroUsd: sum(a.diskMicroUsd, b.diskMicroUsd),
    transferMicroUsd: sum(a.transferMicroUsd, b.transferMicroUsd),
    failedMicroUsd: sum(a.failedMicroUsd, b.failedMicroUsd),
    teardownMicroUsd: sum(a.teardownMicroUsd, b.teardownMicroUsd),
    idleMicroUsd: sum(a.idleMicroUsd, b.idleMicroUsd),
    leases: a.leases + b.leases,
  };
}

/** The allowed groupings. */
export const GroupBy = z.enum([
  'consumer',
  'provider',
  'gpu',
  'day',
  'hour',
  'month',
  'job',
  'lease',
]);
export type GroupBy = z.infer<typeof GroupBy>;

/** Groupings that need ledger entries: closed days have no leases, jobs or hours. */
export const needsEntries = (groupBy: GroupBy): boolean =>
  groupBy === 'lease' || groupBy === 'job' || groupBy === 'hour';

/** A cost. An empty text means unknown or not given. */
export type CostLine = {
  readonly consumer: ConsumerId;
  /** When it was posted; for a row of a closed day, the start of the day. */
  readonly at: EpochMs;
  readonly month: Month;
  readonly provider: string;
  readonly gpuName: string;
  readonly jobId: string;
  readonly leaseId: LeaseId | '';
  readonly sums: Sums;
  /** The cost that is not settled yet, computed now. */
  readonly runningMicroUsd: MicroUsd;
};

function sumsOf(entry: LedgerEntry, next: LedgerEntry | undefined): Sums {
  const { kind, amountMicroUsd, charge } = entry;
  if (kind !== 'charge') return { ...NOTHING, correctedMicroUsd: amountMicroUsd };
  const isLast = next?.kind !== 'charge' || next.leaseId !== entry.leaseId;
  const parts = charge === undefined ? {} : ChargeParts.parse(charge);
  return { ...NOTHING, ...parts, chargedMicroUsd: amountMicroUsd, leases: isLast ? 1 : 0 };
}

const COSTS: ReadonlySet<LedgerEntry['kind']> = new Set(['charge', 'true-up', 'correction']);

/**
 * The lines of entries in their order. Holds are no costs, and an overrun only marks a charge
 * beyond its hold. The entries must include all charges of a settlement, or its lease is counted
 * twice.
 */
export function linesOf(entries: readonly LedgerEntry[]): readonly CostLine[] {
  return entries.flatMap((entry, place) => {
    if (!COSTS.has(entry.kind)) return [];
    const { consumer, at, month, leaseId, charge } = entry;
    const { gpuName = '', jobId = '' } = charge ?? {};
    const provider = charge?.provider ?? entry.provider ?? '';
    const sums = sumsOf(entry, entries[place + 1]);
    const running = { runningMicroUsd: microUsd(0) };
    return [{ consumer, at, month, provider, gpuName, jobId, leaseId, sums, ...running }];
  });
}

/** The cost of an instance that is not in the ledger yet. */
export type Running = MonthlyCharge & { readonly lease: Lease };

/**
 * The costs of a lease that are not in the ledger yet: computed now, with the bytes in its pulse,
 * or pending in its outbox.
 */
export function runningOf(lease: Lease, pulse: Pulse | null, now: EpochMs): readonly Running[] {
  const { hold, outbox } = lease;
  if (lease.state === 'ended') {
    return outbox.entries.flatMap(({ charge, month }) =>
      charge === undefined ? [] : [{ lease, month, charge }],
    );
  }
  const charges = chargesOf(billOf(lease, pulse), now);
  const parts = byMonth(hold, totalOf(charges), monthOf(now));
  return cutByMonth(charges, parts, hold.month).map((piece) => ({ lease, ...piece }));
}

/** Removes instances whose charge is among these entries: it was entered in the meantime. */
function notEntered(
  running: readonly Running[],
  entries: readonly LedgerEntry[],
): readonly Running[] {
  const keyOf = (id: LeaseId, attempt: number | undefined): string => `${id}#${attempt}`;
  const entered = new Set(entries.map(({ leaseId, charge }) => keyOf(leaseId, charge?.attempt)));
  return running.filter(({ lease, charge }) => !entered.has(keyOf(lease.id, charge.attempt)));
}

/** A running instance counts as settled `now`, in the months of its hold. */
function runningLine({ lease, month, charge }: Running, now: EpochMs): CostLine {
  const { provider, gpuName, jobId } = charge;
  return {
    ...{ consumer: lease.consumer, at: now, month, leaseId: lease.id },
    ...{ provider, gpuName, jobId, sums: NOTHING, runningMicroUsd: amountOfCharge(charge) },
  };
}

/** The lines of running instances, as of `now`, whose charges are not among these entries. */
export const runningLines = (
  running: readonly Running[],
  entries: readonly LedgerEntry[],
  now: EpochMs,
): readonly CostLine[] => notEntered(running, entries).map((each) => runningLine(each, now));

/** Whether the span includes costs that are not entered yet: they count at `now`. */
export const includesRunning = (span: Span, now: EpochMs): boolean =>
  span.from <= now && now < span.to;

function keyOf(line: CostLine, groupBy: GroupBy): string {
  switch (groupBy) {
    case 'consumer':
      return line.consumer;
    case 'provider':
      return line.provider;
    case 'gpu':
      return line.gpuName;
    case 'day':
      return dayOf(line.at);
    case 'hour':
      return `${isoTime(line.at).slice(0, 13)}:00Z`;
    case 'month':
      return line.month;
    case 'job':
      return line.jobId;
    case 'lease':
      return line.leaseId;
  }
}

export type CostGroup = Sums & { readonly runningMicroUsd: MicroUsd };

const NO_COST: CostGroup = { ...NOTHING, runningMicroUsd: microUsd(0) };

const added = (group: CostGroup, line: CostLine): CostGroup => ({
  ...addSums(group, line.sums),
  runningMicroUsd: sum(group.runningMicroUsd, line.runningMicroUsd),
});

/** Sums lines by `groupBy`, in the order of the keys. */
export function groupCosts(lines: readonly CostLine[], groupBy: GroupBy) {
  const groups = new Map<string, CostGroup>();
  let total = NO_COST;
  for (const line of lines) {
    const key = keyOf(line, groupBy);
    groups.set(key, added(groups.get(key) ?? NO_COST, line));
    total = added(total, line);
  }
  const inOrder = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { groups: inOrder.map(([key, group]) => ({ key, ...group })), total };
}
