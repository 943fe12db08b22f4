// Which days of an account can be closed: those that ended some time ago and for which nothing can
// be entered any more.

import type { ConsumerId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { before, type EpochMs, earliest } from '../base/time.ts';
import type { Lease } from '../lease/lease.ts';

/** From when on entries of each account wait in outboxes; accounts without any are left out. */
export function pendingSince(open: readonly Lease[]): ReadonlyMap<ConsumerId, EpochMs> {
  const since = new Map<ConsumerId, EpochMs>();
  for (const { consumer, outbox } of open) {
    for (const { at } of outbox.entries) {
      since.set(consumer, earliest(at, since.get(consumer) ?? at));
    }
  }
  return since;
}

/** Days that end by then can be closed, as seen at `now`; `pending` is of the account. */
export function closableUntil(pending: EpochMs | undefined, now: EpochMs): EpochMs {
  const settledBy = before(now, policy.days.closeAfter);
  return earliest(settledBy, pending ?? settledBy);
}
