// Retirement of an attempt whose instance never became ready: the instance is destroyed, proved
// absent and charged to its lease before the next attempt.

import type { EpochMs } from '../base/time.ts';
import { proveAbsence } from '../instance/absence.ts';
import type { AttemptIn } from '../instance/attempt.ts';
import { closeAttempt, retireAttempt } from '../instance/attempt-moves.ts';
import type { Sighting } from '../instance/sighting.ts';
import type { Round, RoundFacts } from './absence-round.ts';
import { type Decision, keep } from './decision.ts';
import { currentAttempt, type Lease } from './lease.ts';
import { addEvent, withAttempt } from './lease-moves.ts';
import { detour, done, type StepInput, type StepOutcome, skipReason } from './step.ts';
import { isWithinListLag, recordStillPresent } from './teardown.ts';

/** The lease with its current attempt retired, if that attempt holds an instance. */
export function retireCurrent(lease: Lease): Lease {
  const attempt = currentAttempt(lease);
  if (attempt?.state !== 'created') return lease;
  return withAttempt(lease, retireAttempt(attempt, 'boot-timeout'));
}

type Retiring = AttemptIn<'retiring'>;

const only = (outcome: StepOutcome): Round => ({ destroys: [], outcome });

function stillPresent(
  lease: Lease,
  attempt: Retiring,
  { sighting: { instance }, listing, listLag }: RoundFacts & { readonly sighting: Sighting },
): Decision<Round> {
  const outcome = detour('still-present', `instance ${instance.id} is still listed`);
  const at = listing.listedAt;
  if (isWithinListLag(attempt, at, listLag)) return keep(only(outcome));
  const { number, reason, offer } = attempt;
  const place = { leaseId: lease.id, attempt: number, provider: offer.provider };
  return {
    commit: recordStillPresent(lease, number, { instance, at }),
    result: { destroys: [{ ...place, instanceId: instance.id, reason }], outcome },
  };
}

function judgeEmpty(lease: Lease, attempt: Retiring, facts: RoundFacts & { now: EpochMs }) {
  const { listing, listLag, now } = facts;
  const { destroyAcceptedAt: notBefore, absentSince } = attempt;
  if (notBefore === null) {
    return keep(only(detour('absence-pending', 'the provider has not accepted a destroy yet')));
  }
  const verdict = proveAbsence({ notBefore, absentSince, listLag }, listing.listedAt);
  if (verdict.kind === 'proved') {
    const gone = withAttempt(lease, closeAttempt(attempt, verdict.proof));
    const reason = `the instance of attempt ${attempt.number} is proved absent: ${attempt.reason}`;
    return {
      commit: addEvent(gone, { type: 'attempt-gone', reason }, now),
      result: only(done(null)),
    };
  }
  return {
    commit: withAttempt(lease, { ...attempt, absentSince: verdict.absentSince }),
    result: only(detour('absence-pending', 'a second complete listing must confirm the absence')),
  };
}

/** Decides one round for the attempt that is being retired. */
export function decideRetirement(
  lease: Lease,
  facts: RoundFacts & { readonly input: StepInput },
  now: EpochMs,
): Decision<Round> {
  const skip = skipReason(lease, facts.input);
  if (skip !== null) return keep(only(skip));
  const attempt = currentAttempt(lease);
  if (attempt?.state !== 'retiring') return keep(only(done(null)));
  const { present } = facts.listing;
  const sighting = present.find(({ owner }) => owner.attempt === attempt.number);
  if (sighting !== undefined) return stillPresent(lease, attempt, { ...facts, sighting });
  return judgeEmpty(lease, attempt, { ...facts, now });
}
