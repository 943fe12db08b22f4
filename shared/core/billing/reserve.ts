// The end of a reserve for transfer that an instance did not report: the provider's charges show
// what it really cost, or it has been kept long enough.

import { formatUsd } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { after, between, type EpochMs } from '../base/time.ts';
import { type Lease, type LeaseIn, reservedOf } from '../lease/lease.ts';
import { addEvent, addParts } from '../lease/lease-moves.ts';

/** Whether a reserve must be released now: before the next run it would be kept too long. */
const isDue = ({ endedAt }: LeaseIn<'ended'>, now: EpochMs): boolean =>
  between(endedAt, after(now, policy.reconcile.every)) >= policy.reserve.keepFor;

/**
 * The lease without its reserve; null when it keeps it, or has none. `isCompared`: it was compared
 * with the provider's final charges.
 */
export function releaseReserve(
  lease: Lease,
  isCompared: boolean,
  now: EpochMs,
): LeaseIn<'ended'> | null {
  if (lease.state !== 'ended' || lease.reserves.length === 0) return null;
  if (!isCompared && !isDue(lease, now)) return null;
  const why = isCompared ? "the provider's charges are known" : 'it was kept long enough';
  const reason = `${formatUsd(reservedOf(lease))} reserved for unreported transfer: ${why}`;
  const noted = addEvent({ ...lease, reserves: [] }, { type: 'reserve-released', reason }, now);
  return addParts(noted, 'reserve-released', lease.reserves);
}
