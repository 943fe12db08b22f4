// What carrying out an action of a sweep makes of its lease, decided on the lease as it is by then.

import type { InstanceId } from '../base/ids.ts';
import { formatUsd, type MicroUsdPerHour } from '../base/money.ts';
import type { DurationMs, EpochMs } from '../base/time.ts';
import { recordSighting } from '../instance/attempt-moves.ts';
import { currentAttempt, type Lease, type LeaseIn } from '../lease/lease.ts';
import { addEvent, endLease, withAttempt } from '../lease/lease-moves.ts';
import type { Action } from './actions.ts';
import { raisedRate } from './lease-findings.ts';
import { lastShown, type SweepRecord } from './record.ts';

export type ActionOf<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

const FOUND = {
  twin: 'is not the instance of this lease',
  orphan: 'still runs after this lease ended',
} as const;

/**
 * What the lease of an instance that is about to be destroyed says of it; null when there is no
 * such lease, or when it says so already: once, however long the destroying takes.
 */
export function findingEvent(action: ActionOf<'destroy'>) {
  const { id, owner, found, again } = action;
  if (found === 'unrecorded' || again) return null;
  const cost = 'it is destroyed now, and its cost is charged to this lease';
  const reason = `instance ${id}, created by attempt ${owner.attempt}, ${FOUND[found]}: ${cost}`;
  return { type: `${found}-found`, reason };
}

/** What a lease whose instance was found stopped or missing ends for. */
export type FoundEnd = {
  readonly instanceId: InstanceId;
  readonly reason: 'interrupted' | 'lost';
  readonly why: string;
  /** Of the last sweep; with how long a listing may lag. */
  readonly record: SweepRecord | null;
  readonly listLag: DurationMs;
};

/** It is charged until a listing last showed its instance, unless it was seen or heard later. */
function withLastSighting(ending: LeaseIn<'ending'>, at: EpochMs | null): LeaseIn<'ending'> {
  const attempt = currentAttempt(ending);
  if (attempt?.state !== 'created' || at === null) return ending;
  return withAttempt(ending, recordSighting(attempt, at));
}

/** The lease as ending for what was found; null when it doesn't serve with this instance. */
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

/**
 * The lease after its instance became more expensive; null when it did not. The rate is kept, so
 * that it is noted once; charged is still the rate at which it was taken. Above its ceiling the
 * lease ends.
 */
export function recordPrice(lease: Lease, rate: MicroUsdPerHour, now: EpochMs): Lease | null {
  const attempt = currentAttempt(lease);
  if (lease.state !== 'active' || attempt?.state !== 'created') return null;
  if (raisedRate(lease, rate) === null) return null;
  const reason = `the instance now costs ${formatUsd(rate)}/h`;
  const observed = withAttempt(lease, { ...attempt, observedRate: rate });
  const noted = addEvent(observed, { type: 'price-rose', reason }, now);
  const { ceiling } = lease.terms;
  if (rate <= ceiling) return noted;
  const why = `${reason}, above the ceiling of ${formatUsd(ceiling)}/h`;
  return endLease(noted, { reason: 'over-budget', why }, now);
}
