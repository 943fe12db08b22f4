// One round of proving that an ending lease has no instance left, from one complete listing. Two
// complete listings without an instance of the lease, far enough apart and late enough, are proof.
// An instance that is still listed is destroyed again.

import { policy } from '../base/policy/policy.ts';
import { between, type DurationMs, type EpochMs } from '../base/time.ts';
import { type AbsenceProof, proveAbsence } from '../instance/absence.ts';
import { absenceFloor, isUnanswered, proofOf } from '../instance/attempt.ts';
import { closeAttempt, closeNeverCreated } from '../instance/attempt-moves.ts';
import type { LeaseListing, Sighting } from '../instance/sighting.ts';
import { type Decision, keep } from './decision.ts';
import type { Lease, LeaseIn } from './lease.ts';
import { addEvent, withAttempt } from './lease-moves.ts';
import { detour, done, type StepInput, type StepOutcome, supersededBy } from './step.ts';
import {
  adoptSighting,
  isDestroyAccepted,
  isWithinListLag,
  recordStillPresent,
  type Target,
  unacceptedTargets,
} from './teardown.ts';

/** A complete listing, and how long the listings of its providers may lag. */
export type RoundFacts = { readonly listing: LeaseListing; readonly listLag: DurationMs };

export type Round = {
  /** What to destroy once the lease is committed. */
  readonly destroys: readonly Target[];
  /** The outcome of the round once these destroys are accepted. */
  readonly outcome: StepOutcome;
};

type Ending = LeaseIn<'ending'>;

const attemptOf = (lease: Lease, { owner }: Sighting) =>
  lease.attempts.find(({ number }) => number === owner.attempt);

/** Whether there is nothing left to prove. */
const isProved = (lease: Lease): boolean =>
  lease.state !== 'ending' || proofOf(lease.attempts) !== null;

/** A listed instance must be destroyed in any state of its attempt. */
function repeatTargets(lease: Lease, present: readonly Sighting[]): readonly Target[] {
  return present.flatMap((sighting) => {
    const attempt = attemptOf(lease, sighting);
    if (attempt === undefined) return [];
    const { provider } = attempt.offer;
    const place = { leaseId: lease.id, attempt: attempt.number, provider };
    return [{ ...place, instanceId: sighting.instance.id, reason: 'lease-ended' as const }];
  });
}

function destroyAgain(
  lease: Ending,
  { listedAt, present }: LeaseListing,
  now: EpochMs,
): Decision<Round> {
  // Reset absentSince when an instance is listed.
  const shown = present.reduce<Lease>(
    (each, sighting) =>
      recordStillPresent(adoptSighting(each, sighting, now), sighting.owner.attempt, {
        instance: sighting.instance,
        at: listedAt,
      }),
    { ...lease, absentSince: null },
  );
  const ids = present.map(({ instance }) => instance.id).join(', ');
  const event = { type: 'instance-still-present', reason: `instances still listed: ${ids}` };
  const stubborn = present.some((sighting) => isDestroyAccepted(attemptOf(lease, sighting)));
  return {
    commit: addEvent(shown, event, now),
    result: {
      destroys: repeatTargets(lease, present),
      outcome: stubborn
        ? detour('still-present', 'an instance is still listed after its destroy was accepted')
        : detour(
            'absence-pending',
            'destroy accepted; a later listing must show that the instance is gone',
          ),
    },
  };
}

function closeAttempts(lease: Ending, proof: AbsenceProof, now: EpochMs): Lease {
  let next: Lease = lease;
  for (const attempt of lease.attempts) {
    if (isUnanswered(attempt)) next = withAttempt(next, closeNeverCreated(attempt, proof));
    if (attempt.state === 'retiring') next = withAttempt(next, closeAttempt(attempt, proof));
  }
  const reason = 'two complete listings, far enough apart, show no instance of the lease';
  return addEvent(next, { type: 'absence-proved', reason }, now);
}

function pending(lease: Lease, reason: string, destroys: readonly Target[] = []): Decision<Round> {
  return { commit: lease, result: { destroys, outcome: detour('absence-pending', reason) } };
}

/** Judges a listing without an instance of the lease. */
function judgeEmpty(
  lease: Ending,
  { listing, listLag }: RoundFacts,
  now: EpochMs,
): Decision<Round> {
  const notBefore = absenceFloor(lease.attempts);
  const wait = 'waiting for a second complete listing, far enough after the first';
  // A listing proves nothing before every destroy is accepted.
  if (notBefore === null) {
    return pending({ ...lease, absentSince: null }, wait, unacceptedTargets(lease));
  }
  const { absentSince } = lease;
  const verdict = proveAbsence({ notBefore, absentSince, listLag }, listing.listedAt);
  if (verdict.kind === 'proved') {
    const commit = closeAttempts(lease, verdict.proof, now);
    return { commit, result: { destroys: [], outcome: done(null) } };
  }
  const next = { ...lease, absentSince: verdict.absentSince };
  if (absentSince !== null || verdict.absentSince === null) return pending(next, wait);
  const reason =
    'a first complete listing shows no instance of the lease; a second must confirm it';
  return pending(addEvent(next, { type: 'absence-first-seen', reason }, now), wait);
}

/** `startedAt` is when the execution of these rounds started: each generation has its own time. */
export type RoundInput = StepInput & { readonly startedAt: EpochMs };

/** The outcome that makes a round unnecessary; null when a round is needed. */
export function skipRound(lease: Lease, input: RoundInput, now: EpochMs): StepOutcome | null {
  const superseded = supersededBy(lease, input);
  if (superseded !== null) return superseded;
  if (isProved(lease)) return done(null);
  if (between(input.startedAt, now) <= policy.teardown.handOverAfter) return null;
  return detour(
    'teardown-overdue',
    'absence was not proved in time; the sweep continues the teardown',
  );
}

/**
 * Decides one round. Every round of an ending lease commits the lease: the commit shows that its
 * execution makes progress.
 */
export function decideAbsenceRound(lease: Lease, facts: RoundFacts, now: EpochMs): Decision<Round> {
  if (lease.state !== 'ending' || isProved(lease)) {
    return keep({ destroys: [], outcome: done(null) });
  }
  const { present, listedAt } = facts.listing;
  const late = present.filter(
    (sighting) => !isWithinListLag(attemptOf(lease, sighting), listedAt, facts.listLag),
  );
  if (late.length > 0) return destroyAgain(lease, { listedAt, present: late }, now);
  if (present.length > 0) {
    return pending(
      { ...lease, absentSince: null },
      'destroy was accepted recently; the listing may lag',
    );
  }
  return judgeEmpty(lease, facts, now);
}
