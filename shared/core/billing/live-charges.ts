// What a provider has charged for running instances so far. It raises the cost of their leases, so
// that transfer that nobody reports, or a price that changes between two readings, ends a lease.

import { microUsd, roundingOf, signedSum } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { between, type EpochMs, earliest, startOfDay } from '../base/time.ts';
import type { AttemptIn } from '../instance/attempt.ts';
import type { ProviderCard } from '../instance/card.ts';
import { currentAttempt, type Lease } from '../lease/lease.ts';
import { withAttempt } from '../lease/lease-moves.ts';
import type { ReportedCharge } from './reconcile.ts';

export const areChargesDue = (readAt: EpochMs | null, now: EpochMs): boolean =>
  readAt === null || between(readAt, now) >= policy.liveCharges.readEvery;

/** The running instance of a lease at the provider; null when it has none there. */
function runningOf(lease: Lease, { provider }: ProviderCard): AttemptIn<'created'> | null {
  const attempt = currentAttempt(lease);
  if (attempt?.state !== 'created' || attempt.runningAt === null) return null;
  return attempt.offer.provider === provider ? attempt : null;
}

/** The leases whose running instances the provider shows with their charges. */
export const runningAt = (open: readonly Lease[], card: ProviderCard): readonly Lease[] =>
  card.liveCharges ? open.filter((lease) => runningOf(lease, card) !== null) : [];

/** The start of the charges to read: they must cover the whole life of each instance. */
export const neededFrom = (running: readonly Lease[], now: EpochMs): EpochMs =>
  startOfDay(earliest(now, ...running.map((lease) => createdAt(lease) ?? now)));

const createdAt = (lease: Lease): EpochMs | null => {
  const attempt = currentAttempt(lease);
  return attempt?.state === 'created' ? attempt.createdAt : null;
};

export type ShownRows = {
  readonly card: ProviderCard;
  readonly rows: readonly ReportedCharge[];
  /** When the rows were requested. */
  readonly at: EpochMs;
};

/** The lease with what the provider shows for its instance; null when no row is about it. */
export function recordShown(lease: Lease, { card, rows, at }: ShownRows): Lease | null {
  const attempt = runningOf(lease, card);
  const own = rows.filter(({ owner }) => owner.attempt === attempt?.number);
  if (attempt === null || own.length === 0) return null;
  const { step, maxItems } = card.charges;
  const reported = signedSum(...own.map(({ amount }) => amount));
  const amount = microUsd(Math.max(0, reported - roundingOf(step, maxItems * own.length)));
  return withAttempt(lease, { ...attempt, shown: { amount, at } });
}
