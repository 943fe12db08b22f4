// Retirement of an attempt whose instance never became ready: the instance is destroyed, proved
// absent and charged to its lease before the next attempt.

import type { EpochMs } from '../base/time.ts';
import { proveAbsence } from '../instance/absence.ts';
import { type AttemptIn, absenceFloor, isVerified } from '../instance/attempt.ts';
import { closeAsLastSeen } from '../instance/attempt-moves.ts';
import { type Claimed, claimsOf } from '../instance/claim.ts';
import { only, pending, type Round, type RoundFacts } from './absence-round.ts';
import { type Decision, keep } from './decision.ts';
import { applyClaims } from './identify.ts';
import { currentAttempt, type Lease } from './lease.ts';
import { addEvent, withAttempt } from './lease-moves.ts';
import { detour, done, type StepInput, skipReason } from './step.ts';
import { isWithinListLag, recordStillPresent, targetOf } from './teardown.ts';

type Retiring = AttemptIn<'retiring'>;

function stillPresent(
  lease: Lease,
  attempt: Retiring,
  { row: { instance }, listing, listLag }: RoundFacts & { readonly row: Claimed },
): Decision<Round> {
  const outcome = detour('still-present', `instance ${instance.id} is still listed`);
  const at = listing.listedAt;
  if (isWithinListLag(attempt, at, listLag)) return { commit: lease, result: only(outcome) };
  const target = targetOf(lease, attempt);
  return {
    commit: recordStillPresent(lease, attempt.number, { instance, at }),
    result: {
      ...only(outcome),
      destroys: [{ ...target, instanceId: instance.id, evidenceAt: at }],
    },
  };
}

function judgeEmpty(
  lease: Lease,
  attempt: Retiring,
  facts: RoundFacts & { now: EpochMs },
): Decision<Round> {
  const { listing, listLag, absent, now } = facts;
  const { absentSince } = attempt;
  const notBefore = absenceFloor([attempt]);
  if (notBefore === null) return pending(lease, 'the provider has not accepted a destroy yet');
  const verdict = proveAbsence({ notBefore, absentSince, listLag }, listing.listedAt);
  if (verdict.kind === 'proved') {
    if (isVerified(attempt) && !absent.has(attempt.instanceId)) {
      const unread = [targetOf(lease, attempt)];
      return pending(lease, 'the provider must also say that it does not know the id', { unread });
    }
    const known = { proof: verdict.proof, last: facts.last.get(attempt.number) };
    const gone = withAttempt(lease, closeAsLastSeen(attempt, known, now));
    const reason = `the instance of attempt ${attempt.number} is proved absent: ${attempt.reason}`;
    return {
      commit: addEvent(gone, { type: 'attempt-gone', reason }, now),
      result: only(done(null)),
    };
  }
  return pending(
    withAttempt(lease, { ...attempt, absentSince: verdict.absentSince }),
    'a second complete listing must confirm the absence',
  );
}

/** Decides one round for the attempt that is being retired. */
export function decideRetirement(
  lease: Lease,
  facts: RoundFacts & { readonly input: StepInput },
  now: EpochMs,
): Decision<Round> {
  const decided = decideRound(lease, facts, now);
  return decided.commit === lease ? keep(decided.result) : decided;
}

function decideRound(
  lease: Lease,
  facts: RoundFacts & { readonly input: StepInput },
  now: EpochMs,
): Decision<Round> {
  const skip = skipReason(lease, facts.input);
  if (skip !== null) return keep(only(skip));
  if (currentAttempt(lease)?.state !== 'retiring') return keep(only(done(null)));
  const claims = claimsOf(facts.listing.rows, lease);
  const identified = applyClaims(lease, claims, now);
  const attempt = currentAttempt(identified);
  // Its id was another instance's: the next step searches for its own.
  if (attempt?.state !== 'retiring') return { commit: identified, result: only(done(null)) };
  const isOfAttempt = ({ owner }: Claimed): boolean => owner.attempt === attempt.number;
  const row = claims.ours.find(isOfAttempt);
  if (row !== undefined) return stillPresent(identified, attempt, { ...facts, row });
  if (claims.doubtful.some(isOfAttempt)) {
    const open = withAttempt(identified, { ...attempt, absentSince: null });
    return pending(open, 'an instance that may be of the attempt is listed');
  }
  return judgeEmpty(identified, attempt, { ...facts, now });
}
