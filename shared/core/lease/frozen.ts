// What a freeze means for a lease without an instance. It is checked before every attempt: a launch
// that has not started when the freeze is placed never starts.

import type { ProviderName } from '../base/providers.ts';
import type { EpochMs } from '../base/time.ts';
import type { Decision } from './decision.ts';
import type { Starting } from './lease.ts';
import { addEvent, endLease } from './lease-moves.ts';
import { type Detour, detour } from './step.ts';

/** The freezes that apply to one lease. */
export type Frozen = {
  /** Whether a freeze covers the lease itself, so that it must end. */
  readonly lease: boolean;
  readonly providers: readonly ProviderName[];
};

const WHY = 'an operator placed a freeze that covers this lease';

/** Ends a frozen lease; null when no freeze covers it. */
export function endFrozenLease(
  lease: Starting,
  frozen: Frozen,
  now: EpochMs,
): Decision<Detour> | null {
  if (!frozen.lease) return null;
  const commit = endLease(lease, { reason: 'operator', why: WHY }, now);
  return { commit, result: detour('lease-over', WHY) };
}

/** Drops the chosen offer when its provider is frozen: another provider may have an offer. */
export function dropFrozenOffer(
  lease: Starting,
  frozen: Frozen,
  now: EpochMs,
): Decision<Detour> | null {
  const provider = lease.chosen?.provider;
  if (provider === undefined || !frozen.providers.includes(provider)) return null;
  const reason = `an operator froze ${provider}`;
  const event = { type: 'offer-given-up', reason };
  const commit = addEvent({ ...lease, chosen: null }, event, now);
  return { commit, result: detour('offer-gone', reason) };
}
