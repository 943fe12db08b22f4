// One round of proving that an ending lease has no instance left, from one complete listing. Two
// complete listings without a row that is or may be an instance of the lease, far enough apart and
// late enough, are proof, once the provider also says for each verified id that it does not know
// it. An instance that is still listed is destroyed again.

import type { InstanceId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { between, type DurationMs, type EpochMs, latest } from '../base/time.ts';
import { proveAbsence } from '../instance/absence.ts';
import { absenceFloor, isHolding, isVerified, proofOf } from '../instance/attempt.ts';
import { type Claimed, claimsOf } from '../instance/claim.ts';
import type { Listing } from '../instance/sighting.ts';
import type { LastKnownOf } from '../instance/usage.ts';
import { type Decision, keep } from './decision.ts';
import { adoptSighting, applyClaims } from './identify.ts';
import { attemptOf, type Lease, type LeaseIn } from './lease.ts';
import { addEvent } from './lease-moves.ts';
import { detour, done, type StepInput, type StepOutcome, supersededBy } from './step.ts';
import {
  closeAttempts,
  isDestroyAccepted,
  isWithinListLag,
  recordStillPresent,
  type Target,
  targetOf,
  unacceptedTargets,
} from './teardown.ts';

/** A complete listing, and how long the listings of its providers may lag. */
export type RoundFacts = {
  readonly listing: Listing;
  readonly listLag: DurationMs;
  /** The verified ids that the provider says it does not know, read after the listing. */
  readonly absent: ReadonlySet<InstanceId>;
  /** What is known of the instances whose destroy was never accepted. */
  readonly last: LastKnownOf;
};

export type Round = {
  /** What to destroy once the lease is committed. */
  readonly destroys: readonly Target[];
  /** The verified ids that must be read before their absence is proved. */
  readonly unread: readonly Target[];
  /** The outcome of the round once these destroys are accepted. */
  readonly outcome: StepOutcome;
};

type Ending = LeaseIn<'ending'>;
type Rows = { readonly listedAt: EpochMs; readonly rows: readonly Claimed[] };

/** Whether there is nothing left to prove. */
const isProved = (lease: Lease): boolean =>
  lease.state !== 'ending' || proofOf(lease.attempts) !== null;

/** A round in which nothing is destroyed or read. */
export const only = (outcome: StepOutcome): Round => ({ destroys: [], unread: [], outcome });

/** A listed instance must be destroyed in any state of its attempt. */
function repeatTargets(lease: Lease, { listedAt, rows }: Rows): readonly Target[] {
  return rows.flatMap((row) => {
    const attempt = attemptOf(lease, row.owner.attempt);
    if (attempt === undefined) return [];
    const { provider } = attempt.offer;
    const place = { leaseId: lease.id, attempt: attempt.number, provider };
    const target = { instanceId: row.instance.id, reason: 'lease-ended' as const };
    return [{ ...place, ...target, evidenceAt: listedAt }];
  });
}

function destroyAgain(lease: Ending, { listedAt, rows }: Rows, now: EpochMs): Decision<Round> {
  // Reset absentSince when an instance is listed.
  const shown = rows.reduce<Lease>(
    (each, row) =>
      recordStillPresent(adoptSighting(each, row, now), row.owner.attempt, {
        instance: row.instance,
        at: listedAt,
      }),
    { ...lease, absentSince: null },
  );
  const ids = rows.map(({ instance }) => instance.id).join(', ');
  const event = { type: 'instance-still-present', reason: `instances still listed: ${ids}` };
  const stubborn = rows.some((row) => isDestroyAccepted(attemptOf(lease, row.owner.attempt)));
  return {
    commit: addEvent(shown, event, now),
    result: {
      destroys: repeatTargets(lease, { listedAt, rows }),
      unread: [],
      outcome: stubborn
        ? detour('still-present', 'an instance is still listed after its destroy was accepted')
        : detour(
            'absence-pending',
            'destroy accepted; a later listing must show that the instance is gone',
          ),
    },
  };
}

/** A round after which the next one must look again. */
export function pending(lease: Lease, reason: string, more: Partial<Round> = {}): Decision<Round> {
  const outcome = detour('absence-pending', reason);
  return { commit: lease, result: { ...only(outcome), ...more } };
}

/** The verified instances whose ids the provider has not said that it does not know. */
const unreadTargets = (lease: Lease, absent: ReadonlySet<InstanceId>): readonly Target[] =>
  lease.attempts
    .filter(isHolding)
    .filter((attempt) => isVerified(attempt) && !absent.has(attempt.instanceId))
    .map((attempt) => targetOf(lease, attempt));

/** Judges a listing without an instance of the lease. */
function judgeEmpty(
  lease: Ending,
  { listing, listLag, absent, last }: RoundFacts,
  now: EpochMs,
): Decision<Round> {
  const notBefore = absenceFloor(lease.attempts);
  const wait = 'waiting for a second complete listing, far enough after the first';
  const destroys = unacceptedTargets(lease);
  // A listing proves nothing before every destroy is accepted.
  if (notBefore === null) return pending({ ...lease, absentSince: null }, wait, { destroys });
  const { absentSince } = lease;
  const verdict = proveAbsence({ notBefore, absentSince, listLag }, listing.listedAt);
  if (verdict.kind === 'proved') {
    const unread = unreadTargets(lease, absent);
    if (unread.length > 0) {
      return pending(lease, 'the provider must also say that it knows no verified id', { unread });
    }
    const reason = 'two complete listings, far enough apart, show no instance of the lease';
    const closed = closeAttempts(lease, { proof: verdict.proof, last }, now);
    const commit = addEvent(closed, { type: 'absence-proved', reason }, now);
    return { commit, result: only(done(null)) };
  }
  const next = { ...lease, absentSince: verdict.absentSince };
  if (absentSince !== null || verdict.absentSince === null)
    return pending(next, wait, { destroys });
  const reason =
    'a first complete listing shows no instance of the lease; a second must confirm it';
  return pending(addEvent(next, { type: 'absence-first-seen', reason }, now), wait);
}

/** `startedAt` is when the execution of these rounds started; a worker does not know it. */
export type RoundInput = StepInput & { readonly startedAt?: EpochMs | undefined };

/** The outcome that makes a round unnecessary; null when a round is needed. */
export function skipRound(lease: Lease, input: RoundInput, now: EpochMs): StepOutcome | null {
  const superseded = supersededBy(lease, input);
  if (superseded !== null) return superseded;
  if (lease.state !== 'ending' || isProved(lease)) return done(null);
  // An execution may have run for days before its lease started to end.
  const since = latest(lease.endingAt, input.startedAt ?? now);
  if (between(since, now) <= policy.teardown.handOverAfter) return null;
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
  if (lease.state !== 'ending' || isProved(lease)) return keep(only(done(null)));
  const { rows, listedAt } = facts.listing;
  const claims = claimsOf(rows, lease);
  const identified = applyClaims(lease, claims, now);
  if (identified.state !== 'ending') return keep(only(done(null)));
  const late = claims.ours.filter(
    (row) => !isWithinListLag(attemptOf(identified, row.owner.attempt), listedAt, facts.listLag),
  );
  if (late.length > 0) return destroyAgain(identified, { listedAt, rows: late }, now);
  if (claims.ours.length > 0) {
    return pending(
      { ...identified, absentSince: null },
      'destroy was accepted recently; the listing may lag',
    );
  }
  if (claims.doubtful.length > 0) {
    const ids = claims.doubtful.map(({ instance }) => instance.id).join(', ');
    const reason = `instances that may be of this lease are listed: ${ids}`;
    return pending({ ...identified, absentSince: null }, reason);
  }
  return judgeEmpty(identified, facts, now);
}
