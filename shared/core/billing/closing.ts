// Which days of an account can be closed: those that ended some time ago and can get no more
// entries.

import type { ConsumerId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { before, type EpochMs, earliest } from '../base/time.ts';
import type { Lease } from '../lease/lease.ts';

/** The time of the oldest entry in an outbox, by account; accounts without any are left out. */
export function pendingSince(open: readonly Lease[]): ReadonlyMap<ConsumerId, EpochMs> {
  const since = new Map<ConsumerId, EpochMs>();
  for (const { consumer, outbox } of open) {
    for (const { at } of outbox.entries) {
      since.set(consumer, earliest(at, since.get(consumer) ?? at));
    }
  }
  return since;
}

/**
 * Days that end by the returned time can be closed. `pending` is the account's oldest pending
 * entry.
 */
export function closableUntil(pending: EpochMs | undefined, now: EpochMs): EpochMs {
  const settledBy = before(now, policy.days.closeAfter);
  return earliest(settledBy, pending ?? settledBy);
}
