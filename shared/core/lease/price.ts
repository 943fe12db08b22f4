// The price of an instance as its provider reports it while the lease runs: every reading counts
// towards its rates, and above the ceiling the lease ends.

import { formatUsd, type MicroUsdPerHour, times } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import type { EpochMs } from '../base/time.ts';
import type { AttemptIn, Holding } from '../instance/attempt.ts';
import { allInRate } from '../instance/offer.ts';
import { afterReading, presentRateOf } from '../instance/rates.ts';
import { currentAttempt, type Lease, type LeaseIn } from './lease.ts';
import { addEvent, endLease, withAttempt } from './lease-moves.ts';

/** What the provider reported, and when. Null: it reported no rate. */
export type RateReading = { readonly rate: MicroUsdPerHour | null; readonly at: EpochMs };

const takenRate = ({ terms }: Lease, { offer }: Holding): MicroUsdPerHour =>
  allInRate(offer, terms.requirement.diskGb);

/** The present rate of the instance, without transfer. */
export const rateOfInstance = (lease: Lease, attempt: Holding): MicroUsdPerHour =>
  presentRateOf(attempt, takenRate(lease, attempt));

/** The attempt after a reading of its instance's rate. */
export const withReading = <A extends Holding>(
  lease: Lease,
  attempt: A,
  { rate, at }: RateReading,
): A =>
  rate === null ? attempt : afterReading(attempt, { from: at, rate }, takenRate(lease, attempt));

/** The serving attempt and what the reading makes of it; null when it changes nothing. */
function serving(lease: Lease, reading: RateReading) {
  const attempt = currentAttempt(lease);
  if (lease.state !== 'active' || attempt?.state !== 'created') return null;
  const read = withReading(lease, attempt, reading);
  return read === attempt ? null : { lease, attempt, read };
}

/** Whether the reading must be recorded. */
export const changesPrice = (lease: Lease, reading: RateReading): boolean =>
  serving(lease, reading) !== null;

/**
 * Whether the reading is far above the ceiling and no other reading agrees with it yet: it counts
 * for nothing, and a person looks at it.
 */
export function isDoubtful(lease: Lease, { rate }: RateReading): boolean {
  const attempt = currentAttempt(lease);
  const far = times(lease.terms.ceiling, policy.rate.doubtfulFactor);
  if (lease.state !== 'active' || attempt?.state !== 'created' || rate === null) return false;
  return (
    rate > far && (attempt.rateRead?.rate ?? 0) <= far && rateOfInstance(lease, attempt) <= far
  );
}

type Read = {
  readonly lease: LeaseIn<'active'>;
  readonly attempt: AttemptIn<'created'>;
  readonly read: AttemptIn<'created'>;
};

/** The lease with its new rate; above the ceiling it ends. */
function applyRate({ lease, attempt, read }: Read, now: EpochMs): Lease {
  const [before, rate] = [rateOfInstance(lease, attempt), rateOfInstance(lease, read)];
  const observed = withAttempt(lease, read);
  if (rate === before) return observed;
  const reason = `the instance now costs ${formatUsd(rate)}/h`;
  const type = rate > before ? 'price-rose' : 'price-fell';
  const noted = addEvent(observed, { type, reason }, now);
  const { ceiling } = lease.terms;
  if (rate <= ceiling || rate < before) return noted;
  const why = `${reason}, above the ceiling of ${formatUsd(ceiling)}/h`;
  return endLease(noted, { reason: 'over-ceiling', why }, now);
}

/** The lease after its provider reported a rate; null when the reading changes nothing. */
export function recordPrice(lease: Lease, reading: RateReading, now: EpochMs): Lease | null {
  const found = serving(lease, reading);
  if (found === null) return null;
  const next = applyRate(found, now);
  if (reading.rate === null || !isDoubtful(lease, reading)) return next;
  const reason = `the provider reported ${formatUsd(reading.rate)}/h once: not believed yet`;
  return addEvent(next, { type: 'price-doubtful', reason }, now);
}
