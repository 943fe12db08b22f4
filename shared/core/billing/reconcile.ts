// Compares the provider's charges with the ledger, lease by lease, when the provider's charges are
// final. A difference beyond the provider's rounding becomes a true-up. Rows without a lease and
// leases without rows become findings for operators; they never change the ledger.

import * as z from 'zod/mini';
import { type InstanceId, LeaseId } from '../base/ids.ts';
import {
  amountOf,
  formatUsd,
  MicroUsd,
  microUsd,
  permilleOf,
  roundingOf,
  SignedMicroUsd,
  signedMicroUsd,
  signedSum,
  sum,
} from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { ProviderName } from '../base/providers.ts';
import { between, EpochMs, latest } from '../base/time.ts';
import type { ChargeTerms } from '../instance/card.ts';
import { type Ownership, readTag } from '../instance/ownership.ts';
import type { TagReader } from '../instance/sighting.ts';
import { billOf, type Lease, type LeaseIn } from '../lease/lease.ts';
import { amountOfCharge, type Charge, chargesOf } from '../ledger/charge.ts';

/** One row of the provider's charges, as reported. */
export type ProviderCharge = {
  /** Null when the row is about something else, or does not say which instance. */
  readonly instanceId: InstanceId | null;
  readonly label: string | null;
  /** Negative for a refund; null when it can't be read. */
  readonly amount: MicroUsd | null;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** The provider's fields that are missing or can't be read. */
  readonly unreadable: readonly string[];
};

/** A row that can't be counted, and whose it is as far as it can be read. */
export type UnreadableCharge = Pick<ProviderCharge, 'instanceId' | 'label' | 'unreadable'> & {
  readonly owner: Ownership | null;
};

/** One row of the provider's charges for an instance of this deployment. */
export type ReportedCharge = { readonly owner: Ownership; readonly amount: MicroUsd };

/**
 * The rows of this deployment by lease, the number of foreign rows, and the rows that can't be
 * read. A row with a readable tag and amount counts, whatever else of it is unreadable.
 */
export function rowsByLease(
  charges: readonly ProviderCharge[],
  { deployment, signer }: TagReader,
): {
  readonly byLease: ReadonlyMap<LeaseId, readonly ReportedCharge[]>;
  readonly foreignRows: number;
  readonly unreadable: readonly UnreadableCharge[];
} {
  const rows: ReportedCharge[] = [];
  const odd: UnreadableCharge[] = [];
  for (const { instanceId, label, amount, unreadable } of charges) {
    const owner = readTag(label, deployment, signer);
    if (owner !== null && amount !== null) rows.push({ owner, amount });
    else if (unreadable.length > 0) odd.push({ instanceId, label, unreadable, owner });
  }
  const byLease = Map.groupBy(rows, ({ owner }) => owner.leaseId);
  const foreignRows = charges.length - rows.length - odd.length;
  return { byLease, foreignRows, unreadable: odd };
}

/** Whether the row may be about an instance of the lease. */
export function mayConcern(row: UnreadableCharge, lease: Lease): boolean {
  const { owner, instanceId, label } = row;
  if (owner !== null) return owner.leaseId === lease.id;
  if (instanceId === null) return label === null;
  return lease.attempts.some((each) => 'instanceId' in each && each.instanceId === instanceId);
}

export type Comparison =
  /** `explained`: within the provider's rounding. `alarming`: operators must be paged. */
  | {
      readonly kind: 'compared';
      readonly reported: MicroUsd;
      readonly booked: MicroUsd;
      readonly difference: MicroUsd;
      readonly explained: boolean;
      readonly alarming: boolean;
    }
  /**
   * The ledger has a charge for an instance that the provider does not report: the charge stays.
   */
  | { readonly kind: 'not-shown'; readonly booked: MicroUsd };

/** The ledger charges of its instances at the provider. */
const chargesAt = (
  lease: LeaseIn<'ended'>,
  provider: ProviderName,
  now: EpochMs,
): readonly Charge[] =>
  chargesOf(billOf(lease), now).filter((charge) => charge.provider === provider);

/** Whether all its instances at the provider ended long enough ago for final charges. */
export function isSettled(
  lease: LeaseIn<'ended'>,
  provider: ProviderName,
  { terms, now }: { readonly terms: ChargeTerms; readonly now: EpochMs },
): boolean {
  const charges = chargesAt(lease, provider, now);
  const last = latest(lease.endingAt, ...charges.map(({ until }) => until));
  return between(last, now) >= terms.settledAfter;
}

/** Whether a difference is large enough to page operators. */
function isAlarming(size: MicroUsd, booked: MicroUsd, rounding: MicroUsd): boolean {
  const { driftShare, minDrift, maxDrift } = policy.reconcile;
  return size > Math.max(amountOf(booked, driftShare), minDrift, rounding) || size > maxDrift;
}

/** Compares an ended lease with the provider's rows for it. The same rows give the same result. */
export function compare(
  lease: LeaseIn<'ended'>,
  { provider, terms }: { readonly provider: ProviderName; readonly terms: ChargeTerms },
  rows: readonly ReportedCharge[],
): Comparison {
  const charges = chargesAt(lease, provider, lease.endedAt);
  const settled = sum(...charges.map(amountOfCharge));
  const booked = microUsd(settled + (lease.truedUp[provider] ?? 0));
  // One micro-dollar for each part in the ledger, which is rounded up; the provider rounds to its
  // step.
  const rounding = roundingOf(terms.step, terms.maxItems * Math.max(1, rows.length));
  const shown = (attempt: number) => rows.some(({ owner }) => owner.attempt === attempt);
  const missing = charges.some(
    (charge) => !shown(charge.attempt) && amountOfCharge(charge) > rounding,
  );
  if (missing) return { kind: 'not-shown', booked };
  // Refunds may exceed the charges; a lease never costs less than nothing.
  const reported = microUsd(Math.max(0, signedSum(...rows.map(({ amount }) => amount))));
  const difference = signedMicroUsd(reported - booked);
  const size = microUsd(Math.abs(difference));
  return {
    ...{ kind: 'compared', reported, booked, difference },
    explained: size <= rounding,
    alarming: size > rounding && isAlarming(size, booked, rounding),
  };
}

/** Describes the difference: the amount, and its share of the charge. */
export function differenceInWords({
  reported,
  booked,
  difference,
}: Extract<Comparison, { kind: 'compared' }>): string {
  const share = permilleOf(difference, booked);
  const percent = share === null ? '' : ` (${share / 10} %)`;
  const what = `${formatUsd(reported)}, the ledger ${formatUsd(booked)}`;
  return `the provider charged ${what}: a difference of ${formatUsd(difference)}${percent}`;
}

export const ReconcileFinding = z.object({
  kind: z.enum(['drift', 'not-shown', 'unknown-lease', 'charged-after-end']),
  leaseId: LeaseId,
  amountMicroUsd: SignedMicroUsd,
  why: z.string(),
});
export type ReconcileFinding = z.infer<typeof ReconcileFinding>;

/** The result of the last reconciliation with one provider. */
export const Reconciliation = z.object({
  provider: ProviderName,
  startedAt: EpochMs,
  /** The requested span of charges; null when none were requested. */
  from: z.nullable(EpochMs),
  /** Why it is not complete; null when it is. */
  failure: z.nullable(z.string()),
  /** The number of compared leases, how many were trued up, and their sums. */
  leases: z.int(),
  truedUp: z.int(),
  bookedMicroUsd: MicroUsd,
  providerMicroUsd: MicroUsd,
  truedUpMicroUsd: SignedMicroUsd,
  /** Rows without a valid tag of this deployment. */
  foreignRows: z.int(),
  /** Rows that could not be read, ours or foreign. */
  unreadableRows: z._default(z.int(), 0),
  /** The first findings, and their total number. */
  findings: z.array(ReconcileFinding),
  findingsInAll: z.int(),
});
export type Reconciliation = z.infer<typeof Reconciliation>;
