// What an ended lease is charged or given back after its settlement: true-ups to what the provider
// charged, and corrections by a person. The lease decides; its entry travels in the outbox, and its
// account enters one after the other.

import type { ConsumerId } from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';
import { formatUsd, type MicroUsd, signedMicroUsd } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import type { ProviderName } from '../base/providers.ts';
import type { EpochMs } from '../base/time.ts';
import type { LeaseIn } from '../lease/lease.ts';
import { addEntry, addEvent } from '../lease/lease-moves.ts';

/** A difference of amounts, below zero to give back. */
export type TrueUp = {
  readonly provider: ProviderName;
  readonly amount: MicroUsd;
  readonly why: string;
};

export type Correction = {
  readonly amount: MicroUsd;
  readonly by: ConsumerId;
  readonly why: string;
  /** The same key again corrects nothing. */
  readonly key: string;
};

/** What it is charged in all, as settled and as corrected since. */
const chargedInAll = ({ chargedMicroUsd, correctedMicroUsd }: LeaseIn<'ended'>): MicroUsd =>
  signedMicroUsd(chargedMicroUsd + correctedMicroUsd);

function corrected(lease: LeaseIn<'ended'>, amount: MicroUsd): LeaseIn<'ended'> {
  const correctedMicroUsd = signedMicroUsd(lease.correctedMicroUsd + amount);
  const next = { ...lease, correctedMicroUsd };
  invariant(chargedInAll(next) >= 0, 'a corrected charge must not be negative');
  return next;
}

/** Charges what the provider charged: the difference is entered, at that provider. */
export function trueUp(lease: LeaseIn<'ended'>, item: TrueUp, now: EpochMs): LeaseIn<'ended'> {
  const { provider, amount, why } = item;
  const before = lease.truedUp[provider] ?? 0;
  const truedUp = { ...lease.truedUp, [provider]: signedMicroUsd(before + amount) };
  const reason = `${formatUsd(amount)}: ${why}`;
  const noted = addEvent(
    { ...corrected(lease, amount), truedUp },
    { type: 'trued-up', reason },
    now,
  );
  return addEntry(noted, { kind: 'true-up', why, provider }, amount);
}

export type CorrectionPlan =
  | { readonly kind: 'correct'; readonly lease: LeaseIn<'ended'> }
  /** It was entered before, under the same key. */
  | { readonly kind: 'known' }
  | { readonly kind: 'key-reused' }
  /** More would be given back than is charged. */
  | { readonly kind: 'too-much'; readonly charged: MicroUsd };

/** What becomes of a lease that a person corrects. */
export function planCorrection(
  lease: LeaseIn<'ended'>,
  { amount, by, why, key }: Correction,
  now: EpochMs,
): CorrectionPlan {
  const before = lease.corrections.find((each) => each.key === key);
  if (before !== undefined) return { kind: before.amount === amount ? 'known' : 'key-reused' };
  const charged = chargedInAll(lease);
  if (charged + amount < 0) return { kind: 'too-much', charged };
  const corrections = [...lease.corrections, { key, amount }].slice(-policy.correction.keysKept);
  const reason = `${formatUsd(amount)} by ${by}: ${why}`;
  const next = { ...corrected(lease, amount), corrections };
  const noted = addEvent(next, { type: 'charge-corrected', reason }, now);
  return { kind: 'correct', lease: addEntry(noted, { kind: 'correction', why, by }, amount) };
}
