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
  sum,
} from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { ProviderName } from '../base/providers.ts';
import { between, EpochMs, latest } from '../base/time.ts';
import type { ChargeTerms } from '../instance/card.ts';
import { type Ownership, readTag } from '../instance/ownership.ts';
import type { TagReader } from '../instance/sighting.ts';
import { billOf, type LeaseIn } from '../lease/lease.ts';
import { amountOfCharge, type Charge, chargesOf } from '../ledger/charge.ts';

/** One row of the provider's charges, as reported. */
export type ProviderCharge = {
  readonly instanceId: InstanceId;
  readonly label: string | null;
  readonly amount: MicroUsd;
  readonly from: EpochMs;
  readonly to: EpochMs;
};

/** One row of the provider's charges for an instance of this deployment. */
export type ReportedCharge = { readonly owner: Ownership; readonly amount: MicroUsd };

/** The rows of this deployment by lease, and the number of foreign rows. */
export function rowsByLease(
  charges: readonly ProviderCharge[],
  { deployment, signer }: TagReader,
): {
  readonly byLease: ReadonlyMap<LeaseId, readonly ReportedCharge[]>;
  readonly foreignRows: number;
} {
  const rows = charges.flatMap(({ label, amount }) => {
    const owner = readTag(label, deployment, signer);
    return owner === null ? [] : [{ owner, amount }];
  });
  const byLease = Map.groupBy(rows, ({ owner }) => owner.leaseId);
  return { byLease, foreignRows: charges.length - rows.length };
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
  const reported = sum(...rows.map(({ amount }) => amount));
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
  /** The first findings, and their total number. */
  findings: z.array(ReconcileFinding),
  findingsInAll: z.int(),
});
export type Reconciliation = z.infer<typeof Reconciliation>;
