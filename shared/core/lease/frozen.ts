// What a freeze means for a lease that still looks for an instance. It is checked before every
// attempt: a launch that has not started when the freeze is placed never begins.

import type { ProviderName } from '../base/providers.ts';
import type { EpochMs } from '../base/time.ts';
import type { Decision } from './decision.ts';
import type { Starting } from './lease.ts';
import { addEvent, endLease } from './lease-moves.ts';
import { type Detour, detour } from './step.ts';

/** What operators have frozen, as far as it concerns one lease. */
export type Frozen = {
  /** Whether the lease itself is frozen, so that it has to end. */
  readonly lease: boolean;
  readonly providers: readonly ProviderName[];
};

const WHY = 'an operator placed a freeze that covers this lease';

/** The end of a frozen lease; null when it may go on. */
export function endFrozenLease(
  lease: Starting,
  frozen: Frozen,
  now: EpochMs,
): Decision<Detour> | null {
  if (!frozen.lease) return null;
  const commit = endLease(lease, { reason: 'operator', why: WHY }, now);
  return { commit, result: detour('lease-over', WHY) };
}

/** The chosen offer is dropped when its provider is frozen: another provider's may do. */
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
