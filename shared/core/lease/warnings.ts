// The warnings that a consumer gets before its lease ends. A warning is an event; it changes no
// state.

import { between, type DurationMs, type EpochMs, isoTime } from '../base/time.ts';
import type { LeaseIn } from './lease.ts';
import { addEvent } from './lease-moves.ts';

/** Warns the consumer that the lease ends soon, `before` its deadline. */
export function warnOfEnd(
  lease: LeaseIn<'active'>,
  before: DurationMs,
  now: EpochMs,
): LeaseIn<'active'> {
  const left = `${Math.ceil(between(now, lease.deadline) / 60_000)} min`;
  const reason = `the lease ends in ${left}, at ${isoTime(lease.deadline)}`;
  return addEvent({ ...lease, warnedBefore: before }, { type: 'lease-ends-soon', reason }, now);
}

/** Warns the consumer that the instance has been idle since `since`. */
export function warnOfIdleness(
  lease: LeaseIn<'active'>,
  idle: { readonly since: EpochMs; readonly why: string },
  now: EpochMs,
): LeaseIn<'active'> {
  const { since, why } = idle;
  const next =
    lease.terms.idle?.action === 'end'
      ? 'the lease ends soon unless the instance becomes busy'
      : 'the lease continues';
  const reason = `${why}; ${next}`;
  const warned = { ...lease, idleWarned: { since, at: now } };
  return addEvent(warned, { type: 'idle-warning', reason }, now);
}
