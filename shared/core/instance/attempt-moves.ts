// The transitions of an attempt. The types of each function define the states; no function changes
// the lease.

import type { InstanceId } from '../base/ids.ts';
import { type EpochMs, earliest, latest } from '../base/time.ts';
import type { AbsenceProof } from './absence.ts';
import type { AttemptIn, AttemptReason, Holding, Unanswered } from './attempt.ts';
import type { Birth } from './birth.ts';
import type { Offer } from './offer.ts';
import type { Tag } from './ownership.ts';
import type { ProviderAccount } from './provider-account.ts';
import type { LastKnown } from './usage.ts';

/** What must be recorded before create is called. */
export type Intent = {
  readonly number: number;
  readonly offer: Offer;
  readonly tag: Tag;
  readonly mayLandUntil: EpochMs;
  readonly account: ProviderAccount | null;
};

/** Records the intent, before create is called. */
export function recordAttempt(intent: Intent, now: EpochMs): AttemptIn<'recorded'> {
  return { state: 'recorded', ...intent, recordedAt: now, doubtfulSince: null };
}

/** The create call has no definite response: an instance may exist. */
export function markOutcomeUnknown(attempt: Unanswered): AttemptIn<'unknown'> {
  return attempt.state === 'unknown'
    ? attempt
    : { ...attempt, state: 'unknown', absentSince: null };
}

/** The provider definitely created no instance. */
export function refuseAttempt(
  attempt: AttemptIn<'recorded'>,
  reason: AttemptReason,
): AttemptIn<'refused'> {
  return { ...attempt, state: 'refused', reason };
}

/** The fields that every state keeps. */
function withoutSightings(attempt: Unanswered | Holding) {
  const { number, offer, tag, recordedAt, mayLandUntil, account } = attempt;
  return { number, offer, tag, recordedAt, mayLandUntil, account, doubtfulSince: null };
}

/**
 * The instance is known, by the create response or by its tag in a listing. It is charged from
 * `since`: when its creation was not observed, from the record of the attempt, never too little.
 */
export function confirmAttempt(
  attempt: Unanswered,
  instanceId: InstanceId,
  since: EpochMs,
): AttemptIn<'created'> {
  const seen = {
    createdAt: since,
    runningAt: null,
    keyAttached: null,
    rates: [],
    rateRead: null,
    shown: null,
  };
  const known = { ...withoutSightings(attempt), instanceId, birth: null, ...seen };
  return { ...known, state: 'created', report: null, lastSeenAt: null };
}

/** The provider showed the instance with the exact tag; the first such report counts. */
export const verifyAttempt = <A extends Holding>(attempt: A, birth: Birth): A => ({
  ...attempt,
  birth: attempt.birth ?? birth,
});

/**
 * The id in the create response belongs to another instance: the attempt has no response that
 * counts, and its instance is searched for by its tag.
 */
export const disownInstance = (attempt: Holding): AttemptIn<'unknown'> => ({
  ...withoutSightings(attempt),
  state: 'unknown',
  absentSince: null,
});

/** The exact tag is on another instance than the id that was never verified: it holds that one. */
export const correctInstance = <A extends Holding>(attempt: A, instanceId: InstanceId): A => ({
  ...attempt,
  instanceId,
  doubtfulSince: null,
});

/** A listed instance may be the attempt's, which nothing confirms; the first such look counts. */
export const doubtAttempt = <A extends Unanswered | Holding>(attempt: A, at: EpochMs): A => ({
  ...attempt,
  doubtfulSince: attempt.doubtfulSince ?? at,
});

/** Complete listings that started after `mayLandUntil` do not show the instance. */
export function closeNeverCreated(
  attempt: Unanswered,
  proof: AbsenceProof,
): AttemptIn<'never-created'> {
  return { ...withoutSightings(attempt), state: 'never-created', proof };
}

/** The instance was seen running since `since`; the first sighting counts. */
export function observeRunning<A extends Holding>(attempt: A, since: EpochMs): A {
  return { ...attempt, runningAt: attempt.runningAt ?? since };
}

/** The instance must be destroyed. A repeat keeps the first reason. */
export function retireAttempt(attempt: Holding, reason: AttemptReason): AttemptIn<'retiring'> {
  if (attempt.state === 'retiring') return attempt;
  const open = { destroyAcceptedAt: null, chargedUntil: null, usage: null, absentSince: null };
  return { ...attempt, state: 'retiring', reason, ...open, noEvidenceSince: null };
}

/** What is known of the instance when it is over: since when it ran, and what it used. */
export function recordLastKnown(
  attempt: AttemptIn<'retiring'>,
  { runningSince, usage }: LastKnown,
): AttemptIn<'retiring'> {
  const ran = runningSince === null ? attempt : observeRunning(attempt, runningSince);
  return { ...ran, usage: usage ?? ran.usage };
}

/** The provider accepted the destroy call; the first acceptance stops the charge. */
export function acceptDestroy(attempt: AttemptIn<'retiring'>, now: EpochMs): AttemptIn<'retiring'> {
  return { ...attempt, destroyAcceptedAt: attempt.destroyAcceptedAt ?? now };
}

/** The instance existed at `at`. */
export function recordSighting<A extends Holding>(attempt: A, at: EpochMs): A {
  return { ...attempt, lastSeenAt: latest(at, attempt.lastSeenAt ?? at) };
}

/**
 * The provider did not know the instance at destroy: it ended by itself at an unknown time. It is
 * charged until it was last seen.
 */
export function recordMissing(
  attempt: AttemptIn<'retiring'>,
  seenAt: readonly EpochMs[],
  now: EpochMs,
): AttemptIn<'retiring'> {
  const { createdAt, runningAt, lastSeenAt } = attempt;
  const last = latest(createdAt, runningAt ?? createdAt, lastSeenAt ?? createdAt, ...seenAt);
  return { ...acceptDestroy(attempt, now), chargedUntil: earliest(last, now) };
}

/**
 * The instance is still listed after the list lag: the acceptance of destroy no longer counts, and
 * the charge continues.
 */
export function reopenDestroy(attempt: AttemptIn<'retiring'>): AttemptIn<'retiring'> {
  const open = { destroyAcceptedAt: null, chargedUntil: null, absentSince: null };
  return { ...attempt, ...open, noEvidenceSince: null };
}

/** The provider shows no evidence that the instance is ours; the first such look counts. */
export const missEvidence = (attempt: AttemptIn<'retiring'>, now: EpochMs) => ({
  ...attempt,
  noEvidenceSince: attempt.noEvidenceSince ?? now,
});

/** No instance of the attempt is left, as proved or attested. */
export function closeAttempt(
  attempt: AttemptIn<'retiring'>,
  proof: AbsenceProof,
): AttemptIn<'gone'> {
  const { absentSince: _, noEvidenceSince: _none, ...rest } = attempt;
  return { ...rest, state: 'gone', proof };
}

/**
 * The same; without an accepted destroy, the instance is charged until it was last seen. Its
 * heartbeats are sightings: an instance can run and end itself before any listing shows it.
 */
export function closeAsLastSeen(
  attempt: AttemptIn<'retiring'>,
  { proof, last }: { readonly proof: AbsenceProof; readonly last: LastKnown | undefined },
  now: EpochMs,
): AttemptIn<'gone'> {
  if (attempt.destroyAcceptedAt !== null) return closeAttempt(attempt, proof);
  const ran = last === undefined ? attempt : recordLastKnown(attempt, last);
  return closeAttempt(recordMissing(ran, last?.seenAt ?? [], now), proof);
}
