// What a freeze means to a lease that still looks for a machine. It is read again before every
// attempt: a launch that has not begun when the freeze is placed never begins.

import type { EpochMs } from '../../core/base/time.ts';
import type { Lease, Starting } from '../../core/lease/lease.ts';
import { endLease, note } from '../../core/lease/lease-moves.ts';
import { type Detour, detour } from '../../core/lease/step.ts';
import { type Freeze, isFrozen } from '../../core/operations/freeze.ts';

const WHY = 'an operator has frozen what it belongs to';

/** The end of a lease that a freeze covers; null when none does. */
export function endByFreeze(lease: Starting, freezes: readonly Freeze[], now: EpochMs) {
  if (!isFrozen(freezes, { consumer: lease.consumer })) return null;
  const commit = endLease(lease, { reason: 'operator', why: WHY }, now);
  return { commit, result: detour('lease-over', WHY) };
}

/** The chosen offer is given up when its provider is frozen: another may do. */
export function dropFrozenOffer(
  lease: Starting,
  freezes: readonly Freeze[],
  now: EpochMs,
): { readonly commit: Lease; readonly result: Detour } | null {
  const provider = lease.chosen?.provider;
  if (provider === undefined || !isFrozen(freezes, { provider })) return null;
  const reason = `an operator has frozen ${provider}`;
  const event = { type: 'offer-given-up', reason };
  const commit = note({ ...lease, chosen: null }, event, now);
  return { commit, result: detour('offer-gone', reason) };
}
