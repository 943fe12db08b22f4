// What an action of a sweep changes on its lease, decided on the current lease.

import type { InstanceId } from '../base/ids.ts';
import type { DurationMs, EpochMs } from '../base/time.ts';
import { recordSighting } from '../instance/attempt-moves.ts';
import type { Pulse } from '../instance/pulse.ts';
import { currentAttempt, type Lease, type LeaseIn } from '../lease/lease.ts';
import { addEvent, endLease, withAttempt } from '../lease/lease-moves.ts';
import type { Action } from './actions.ts';
import { lastShown, type SweepRecord } from './record.ts';

export type ActionOf<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

const FOUND = {
  twin: 'is not the instance of this lease',
  orphan: 'still runs after this lease ended',
} as const;

/**
 * The event for the lease of an instance that is about to be destroyed; null when no lease exists,
 * or when an earlier sweep added it: once, for any number of destroy calls.
 */
export function findingEvent(action: ActionOf<'destroy'>) {
  const { id, owner, found, again } = action;
  if (found === 'unrecorded' || again) return null;
  const cost = 'it is destroyed now, and its cost is charged to this lease';
  const reason = `instance ${id}, created by attempt ${owner.attempt}, ${FOUND[found]}: ${cost}`;
  return { type: `${found}-found`, reason };
}

/** Why a lease ends whose instance was found stopped or missing. */
export type FoundEnd = {
  readonly instanceId: InstanceId;
  readonly reason: 'interrupted' | 'lost';
  readonly why: string;
  /** The record of the last sweep. */
  readonly record: SweepRecord | null;
  readonly listLag: DurationMs;
};

/**
 * Charges the lease until a listing last showed its instance, unless the instance was seen later.
 */
function withLastSighting(ending: LeaseIn<'ending'>, at: EpochMs | null): LeaseIn<'ending'> {
  const attempt = currentAttempt(ending);
  if (attempt?.state !== 'created' || at === null) return ending;
  return withAttempt(ending, recordSighting(attempt, at));
}

/** Whether the instance or its application sent a heartbeat since then. */
export const sentHeartbeatSince = (pulse: Pulse | null, since: EpochMs): boolean =>
  [pulse?.nodeHeartbeatAt ?? null, pulse?.appHeartbeatAt ?? null].some(
    (at) => at !== null && at > since,
  );

const WHEN_MISSING =
  'when that is confirmed, the lease ends, charged until its instance was last seen';

/**
 * The lease after its instance was missing in a listing, or was listed again; null when nothing
 * changes. Its consumer can release it at any time.
 */
export function recordMissingInstance(
  lease: Lease,
  since: EpochMs | null,
  now: EpochMs,
): Lease | null {
  if (lease.state !== 'active' || (lease.missingSince === null) === (since === null)) return null;
  const changed = { ...lease, missingSince: since };
  const { instanceId } = lease;
  const event =
    since === null
      ? { type: 'instance-shown', reason: `instance ${instanceId} is listed again` }
      : {
          type: 'instance-missing',
          reason: `a complete listing does not show instance ${instanceId}; ${WHEN_MISSING}`,
        };
  return addEvent(changed, event, now);
}

/** The lease in `ending` for the finding; null when it is not active with this instance. */
export function endFoundLease(
  lease: Lease,
  found: FoundEnd,
  now: EpochMs,
): LeaseIn<'ending'> | null {
  if (lease.state !== 'active' || lease.instanceId !== found.instanceId) return null;
  const { reason, why, record, listLag } = found;
  const ending = endLease(lease, { reason, why }, now);
  return reason === 'lost' ? withLastSighting(ending, lastShown(record, lease, listLag)) : ending;
}
