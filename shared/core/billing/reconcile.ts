// What a provider charged, against what we charged: lease by lease, for leases whose charges it
// has settled. What its rounding does not explain becomes a true-up; what can't be matched is a
// finding, for a person: nothing is ever entered that no lease and no row stand for.

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

/** One row of the provider's charges, as it reports it. */
export type ProviderCharge = {
  readonly instanceId: InstanceId;
  readonly label: string | null;
  readonly amount: MicroUsd;
  readonly from: EpochMs;
  readonly to: EpochMs;
};

/** One row of the provider's charges for an instance of ours. */
export type ReportedCharge = { readonly owner: Ownership; readonly amount: MicroUsd };

/** The rows of our instances by their leases, and how many rows are somebody else's. */
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
  /** `explained` by the provider's rounding, or not; `alarming` when a person must know. */
  | {
      readonly kind: 'compared';
      readonly told: MicroUsd;
      readonly booked: MicroUsd;
      readonly difference: MicroUsd;
      readonly explained: boolean;
      readonly alarming: boolean;
    }
  /** We charged for an instance that the provider doesn't show: nothing is concluded from that. */
  | { readonly kind: 'not-shown'; readonly booked: MicroUsd };

/** What its instances at the provider were charged. */
const chargesAt = (
  lease: LeaseIn<'ended'>,
  provider: ProviderName,
  now: EpochMs,
): readonly Charge[] =>
  chargesOf(billOf(lease), now).filter((charge) => charge.provider === provider);

/** Whether all its instances at the provider ended so long ago that their charges are settled. */
export function isSettled(
  lease: LeaseIn<'ended'>,
  provider: ProviderName,
  { terms, now }: { readonly terms: ChargeTerms; readonly now: EpochMs },
): boolean {
  const charges = chargesAt(lease, provider, now);
  const last = latest(lease.endingAt, ...charges.map(({ until }) => until));
  return between(last, now) >= terms.settledAfter;
}

/** Beyond this a person has to know, whatever the provider's rounding is. */
function isAlarming(size: MicroUsd, booked: MicroUsd, rounding: MicroUsd): boolean {
  const { driftShare, minDrift, maxDrift } = policy.reconcile;
  return size > Math.max(amountOf(booked, driftShare), minDrift, rounding) || size > maxDrift;
}

/** Compares an ended lease with the provider's rows for it. The same rows give the same answer. */
export function compare(
  lease: LeaseIn<'ended'>,
  { provider, terms }: { readonly provider: ProviderName; readonly terms: ChargeTerms },
  rows: readonly ReportedCharge[],
): Comparison {
  const charges = chargesAt(lease, provider, lease.endedAt);
  const settled = sum(...charges.map(amountOfCharge));
  const booked = microUsd(settled + (lease.truedUp[provider] ?? 0));
  // One for each of our own parts, which are rounded up; the provider's are rounded to its step.
  const rounding = roundingOf(terms.step, terms.maxItems * Math.max(1, rows.length));
  const shown = (attempt: number) => rows.some(({ owner }) => owner.attempt === attempt);
  const missing = charges.some(
    (charge) => !shown(charge.attempt) && amountOfCharge(charge) > rounding,
  );
  if (missing) return { kind: 'not-shown', booked };
  const told = sum(...rows.map(({ amount }) => amount));
  const difference = signedMicroUsd(told - booked);
  const size = microUsd(Math.abs(difference));
  return {
    ...{ kind: 'compared', told, booked, difference },
    explained: size <= rounding,
    alarming: size > rounding && isAlarming(size, booked, rounding),
  };
}

/** The difference in words: the money, and how much of what was charged. */
export function differenceInWords({
  told,
  booked,
  difference,
}: Extract<Comparison, { kind: 'compared' }>): string {
  const share = permilleOf(difference, booked);
  const percent = share === null ? '' : ` (${share / 10} %)`;
  const what = `${formatUsd(told)}, the ledger ${formatUsd(booked)}`;
  return `the provider charged ${what}: a difference of ${formatUsd(difference)}${percent}`;
}

export const ReconcileFinding = z.object({
  kind: z.enum(['drift', 'not-shown', 'unknown-lease', 'charged-after-end']),
  leaseId: LeaseId,
  amountMicroUsd: SignedMicroUsd,
  why: z.string(),
});
export type ReconcileFinding = z.infer<typeof ReconcileFinding>;

/** What the last comparison with one provider came to. */
export const Reconciliation = z.object({
  provider: ProviderName,
  startedAt: EpochMs,
  /** The provider was asked for its charges of these days; null when it was not asked. */
  from: z.nullable(EpochMs),
  /** Why it is not complete; null when it is. */
  failure: z.nullable(z.string()),
  /** Leases that were compared, how many of them were trued up, and the sums over them. */
  leases: z.int(),
  truedUp: z.int(),
  bookedMicroUsd: MicroUsd,
  providerMicroUsd: MicroUsd,
  truedUpMicroUsd: SignedMicroUsd,
  /** Rows without a tag of ours: somebody else's. */
  foreignRows: z.int(),
  /** The first of them, and how many there are in all. */
  findings: z.array(ReconcileFinding),
  findingsInAll: z.int(),
});
export type Reconciliation = z.infer<typeof Reconciliation>;
