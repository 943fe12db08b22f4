// The end of a reserve for transfer that an instance did not report: the provider's charges show
// what it really cost, or it has been kept long enough.

import { formatUsd, microUsd } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { after, between, type EpochMs } from '../base/time.ts';
import type { Lease, LeaseIn } from '../lease/lease.ts';
import { addEntry, addEvent } from '../lease/lease-moves.ts';

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
  if (lease.state !== 'ended' || lease.reservedMicroUsd === 0) return null;
  if (!isCompared && !isDue(lease, now)) return null;
  const why = isCompared ? "the provider's charges are known" : 'it was kept long enough';
  const reason = `${formatUsd(lease.reservedMicroUsd)} reserved for unreported transfer: ${why}`;
  const without = { ...lease, reservedMicroUsd: microUsd(0) };
  const noted = addEvent(without, { type: 'reserve-released', reason }, now);
  return addEntry(noted, { kind: 'reserve-released' }, lease.reservedMicroUsd);
}
