// What instances cost, summed up: one line for each charge, correction, running instance or part of
// a closed day, and groups of such lines. Every grouping of the same lines has the same total.

import * as z from 'zod/mini';
import type { ConsumerId, LeaseId } from '../base/ids.ts';
import { MicroUsd, microUsd, SignedMicroUsd, signedMicroUsd, sum } from '../base/money.ts';
import { type EpochMs, isoTime, type Month } from '../base/time.ts';
import type { Pulse } from '../instance/pulse.ts';
import { billOf, type Lease } from '../lease/lease.ts';
import { amountOfCharge, type Charge, ChargeParts, chargesOf } from '../ledger/charge.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import { dayOf, type Span } from './days.ts';

/** What settled charges and their corrections sum up to, and what the charges are made of. */
export const Sums = z.extend(ChargeParts, {
  chargedMicroUsd: MicroUsd,
  /** On top: true-ups and corrections. */
  correctedMicroUsd: SignedMicroUsd,
  /** Settled leases that had an instance, each counted with its last instance. */
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

/** By what costs may be grouped. */
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

/** Groupings that closed days can't answer: they hold no leases, jobs and hours. */
export const needsEntries = (groupBy: GroupBy): boolean =>
  groupBy === 'lease' || groupBy === 'job' || groupBy === 'hour';

/** Something that cost money. An empty text stands for what isn't known or wasn't given. */
export type CostLine = {
  readonly consumer: ConsumerId;
  /** When it was posted; the day's beginning for a part of a closed day. */
  readonly at: EpochMs;
  readonly month: Month;
  readonly provider: string;
  readonly gpuName: string;
  readonly jobId: string;
  readonly leaseId: LeaseId | '';
  readonly sums: Sums;
  /** Not settled yet: computed now. */
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
 * The lines of entries in their order. Holds cost nothing, and an overrun only says that a charge
 * went past its hold. All charges of one settlement must be among them, or it is counted twice.
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

/** What an instance has cost so far that is in no ledger yet. */
export type Running = { readonly lease: Lease; readonly charge: Charge };

/**
 * What a lease has cost so far and nobody has entered: computed live, with the bytes that its pulse
 * has counted, or waiting in its outbox.
 */
export function runningOf(lease: Lease, pulse: Pulse | null, now: EpochMs): readonly Running[] {
  const charges =
    lease.state === 'ended'
      ? lease.outbox.entries.flatMap(({ charge }) => (charge === undefined ? [] : [charge]))
      : chargesOf(billOf(lease, pulse), now);
  return charges.map((charge) => ({ lease, charge }));
}

/** Without the instances whose charge is among these entries: it was entered a moment ago. */
function notEntered(
  running: readonly Running[],
  entries: readonly LedgerEntry[],
): readonly Running[] {
  const keyOf = (id: LeaseId, attempt: number | undefined): string => `${id}#${attempt}`;
  const entered = new Set(entries.map(({ leaseId, charge }) => keyOf(leaseId, charge?.attempt)));
  return running.filter(({ lease, charge }) => !entered.has(keyOf(lease.id, charge.attempt)));
}

/** A running instance would be settled `now`, in the month its hold belongs to. */
function runningLine({ lease, charge }: Running, now: EpochMs): CostLine {
  const { provider, gpuName, jobId } = charge;
  return {
    ...{ consumer: lease.consumer, at: now, month: lease.hold.month, leaseId: lease.id },
    ...{ provider, gpuName, jobId, sums: NOTHING, runningMicroUsd: amountOfCharge(charge) },
  };
}

/** The lines of running instances, as of `now`, whose charges are not among these entries. */
export const runningLines = (
  running: readonly Running[],
  entries: readonly LedgerEntry[],
  now: EpochMs,
): readonly CostLine[] => notEntered(running, entries).map((each) => runningLine(each, now));

/** Whether costs that nobody has entered yet belong to the span: they would be entered now. */
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

/** Sums lines up by `groupBy`, in order of the keys. */
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
