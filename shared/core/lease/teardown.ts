// Teardown of a lease's instances: which ones to destroy, and what the provider's responses and
// listings mean for their attempts. Destroy is repeated while a listing shows the instance.

import type { InstanceId, LeaseId } from '../base/ids.ts';
import type { ProviderName } from '../base/providers.ts';
import { between, type DurationMs, type EpochMs } from '../base/time.ts';
import type { AbsenceProof } from '../instance/absence.ts';
import {
  type Attempt,
  type AttemptReason,
  type Holding,
  isHolding,
  isUnanswered,
} from '../instance/attempt.ts';
import {
  acceptDestroy,
  closeAsLastSeen,
  closeNeverCreated,
  observeRunning,
  recordLastKnown,
  recordMissing,
  recordSighting,
  reopenDestroy,
  retireAttempt,
} from '../instance/attempt-moves.ts';
import type { Claimed } from '../instance/claim.ts';
import type { Instance } from '../instance/instance.ts';
import type { LastKnown, LastKnownOf } from '../instance/usage.ts';
import { adoptSighting } from './identify.ts';
import { attemptOf, type Lease } from './lease.ts';
import { addEvent, withAttempt } from './lease-moves.ts';
import { withReading } from './price.ts';

/** The instance of an attempt that must be destroyed. */
export type Target = {
  readonly leaseId: LeaseId;
  readonly attempt: number;
  readonly provider: ProviderName;
  readonly instanceId: InstanceId;
  readonly reason: AttemptReason;
  /** When a listing started that showed the instance as ours; null when none did. */
  readonly evidenceAt: EpochMs | null;
};

/** The attempt of this number while it holds an instance; undefined otherwise. */
export function holdingAttempt(lease: Lease, number: number): Holding | undefined {
  const attempt = attemptOf(lease, number);
  return attempt !== undefined && isHolding(attempt) ? attempt : undefined;
}

export const isDestroyAccepted = (attempt: Attempt | undefined): boolean =>
  attempt?.state === 'retiring' && attempt.destroyAcceptedAt !== null;

/** The lease when no instance of it is left, as proved or attested: every attempt is closed. */
export const closeAttempts = (
  lease: Lease,
  { proof, last }: { readonly proof: AbsenceProof; readonly last: LastKnownOf },
  now: EpochMs,
): Lease =>
  lease.attempts.reduce<Lease>((next, attempt) => {
    if (isUnanswered(attempt)) return withAttempt(next, closeNeverCreated(attempt, proof));
    if (!isHolding(attempt)) return next;
    const retiring = retireAttempt(attempt, 'lease-ended');
    const known = { proof, last: last.get(attempt.number) };
    return withAttempt(next, closeAsLastSeen(retiring, known, now));
  }, lease);

export const targetOf = (lease: Lease, attempt: Holding): Target => ({
  leaseId: lease.id,
  attempt: attempt.number,
  provider: attempt.offer.provider,
  instanceId: attempt.instanceId,
  reason: attempt.state === 'retiring' ? attempt.reason : 'lease-ended',
  evidenceAt: null,
});

/** The instances of `lease` that are not proved absent. */
export function heldTargets(lease: Lease): readonly Target[] {
  return lease.attempts.filter(isHolding).map((attempt) => targetOf(lease, attempt));
}

/** The held instances whose destroy has not been accepted. */
export function unacceptedTargets(lease: Lease): readonly Target[] {
  return heldTargets(lease).filter(({ attempt }) => !isDestroyAccepted(attemptOf(lease, attempt)));
}

const WORDS = { accepted: 'accepted', absent: 'the provider does not know the instance' } as const;

/** The provider's response to destroy, with the last known facts about the instance. */
export type DestroyOutcome = { readonly how: keyof typeof WORDS; readonly last: LastKnown };

/**
 * The lease after the provider accepted a destroy or did not know the instance; the first response
 * counts.
 */
export function applyDestroyOutcome(
  lease: Lease,
  target: Target & DestroyOutcome,
  now: EpochMs,
): Lease {
  const attempt = holdingAttempt(lease, target.attempt);
  if (attempt === undefined) return lease;
  const retiring = retireAttempt(attempt, target.reason);
  if (retiring.destroyAcceptedAt !== null) return lease;
  const { how, last } = target;
  // A lease that ends before it is active is charged for what ran meanwhile.
  const ran = recordLastKnown(retiring, last);
  const over = how === 'absent' ? recordMissing(ran, last.seenAt, now) : acceptDestroy(ran, now);
  const next = withAttempt(lease, over);
  const call = `destroy of instance ${target.instanceId}`;
  const reason = `${call}: ${WORDS[how]}; proving absence next`;
  return addEvent(next, { type: 'destroy-accepted', reason }, now);
}

/**
 * The lease after a failed destroy call; an ended lease stays unchanged. The instance counts as
 * seen at the first failed call. If that call took effect although its response was lost, the next
 * call finds no instance, and the charge ends at this time.
 */
export function applyDestroyFailure(
  lease: Lease,
  { attempt: number, instanceId, cause }: Target & { readonly cause: string },
  now: EpochMs,
): Lease {
  if (lease.state === 'ended') return lease;
  const reason = `destroy of instance ${instanceId} failed; it may still run: ${cause}`;
  const noted = addEvent(lease, { type: 'destroy-failed', reason }, now);
  const attempt = holdingAttempt(noted, number);
  if (attempt === undefined || attempt.lastSeenAt !== null) return noted;
  return withAttempt(noted, recordSighting(attempt, now));
}

/**
 * Confirms every attempt of an ending lease that has no create response and whose instance a
 * listing shows.
 */
export function adoptSightings(lease: Lease, present: readonly Claimed[], now: EpochMs): Lease {
  if (lease.state !== 'ending') return lease;
  return present.reduce<Lease>((each, sighting) => adoptSighting(each, sighting, now), lease);
}

/**
 * The lease after a listing still shows an instance that must be destroyed: the charge continues,
 * also when its start was not observed, and an earlier acceptance of destroy no longer counts.
 */
export function recordStillPresent(
  lease: Lease,
  number: number,
  { instance, at }: { readonly instance: Instance; readonly at: EpochMs },
): Lease {
  const attempt = holdingAttempt(lease, number);
  if (attempt === undefined) return lease;
  const shown = recordSighting(attempt, at);
  const open = shown.state === 'retiring' ? reopenDestroy(shown) : shown;
  if (instance.status !== 'running') return withAttempt(lease, open);
  const running = observeRunning(open, attempt.createdAt);
  return withAttempt(lease, withReading(lease, running, { rate: instance.rate, at }));
}

/** Whether the destroy was accepted so recently that the listing may lag behind it. */
export function isWithinListLag(
  attempt: Attempt | undefined,
  listedAt: EpochMs,
  lag: DurationMs,
): boolean {
  const accepted = attempt?.state === 'retiring' ? attempt.destroyAcceptedAt : null;
  return accepted !== null && between(accepted, listedAt) < lag;
}
