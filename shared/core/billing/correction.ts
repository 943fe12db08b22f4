// Charges and refunds of an ended lease after settlement: true-ups to the provider's charge, and
// corrections by an operator. The lease is changed first; its outbox carries the entry, and the
// account applies entries one by one.

import type { ConsumerId } from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';
import { formatUsd, type MicroUsd, signedMicroUsd } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import type { ProviderName } from '../base/providers.ts';
import type { EpochMs } from '../base/time.ts';
import type { LeaseIn } from '../lease/lease.ts';
import { addEntry, addEvent } from '../lease/lease-moves.ts';

/** A difference of amounts; negative for a refund. */
export type TrueUp = {
  readonly provider: ProviderName;
  readonly amount: MicroUsd;
  readonly why: string;
};

export type Correction = {
  readonly amount: MicroUsd;
  readonly by: ConsumerId;
  readonly why: string;
  /** A repeat of the key corrects nothing. */
  readonly key: string;
};

/** The total charge: as settled, plus corrections. */
const chargedInAll = ({ chargedMicroUsd, correctedMicroUsd }: LeaseIn<'ended'>): MicroUsd =>
  signedMicroUsd(chargedMicroUsd + correctedMicroUsd);

function corrected(lease: LeaseIn<'ended'>, amount: MicroUsd): LeaseIn<'ended'> {
  const correctedMicroUsd = signedMicroUsd(lease.correctedMicroUsd + amount);
  const next = { ...lease, correctedMicroUsd };
  invariant(chargedInAll(next) >= 0, 'a corrected charge must not be negative');
  return next;
}

/** Adjusts the charge to the provider's charge: the difference is entered, for that provider. */
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
  /** The same correction is already recorded under this key. */
  | { readonly kind: 'known' }
  | { readonly kind: 'key-reused' }
  /** The refund would exceed the charge. */
  | { readonly kind: 'too-much'; readonly charged: MicroUsd };

/** Plans a correction by an operator. */
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
