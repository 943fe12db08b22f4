// Whether the instance of an attempt may be destroyed now. It must be ours by recent evidence: a
// number in a create response may be wrong, and a number may be used again. Only for an instance
// that was verified before does a long lack of evidence not stand in the way.

import { policy } from '../base/policy/policy.ts';
import { between, type EpochMs } from '../base/time.ts';
import { type Holding, isVerified } from '../instance/attempt.ts';
import { missEvidence, retireAttempt } from '../instance/attempt-moves.ts';
import { claimsOf } from '../instance/claim.ts';
import type { Row } from '../instance/sighting.ts';
import { type Decision, keep } from './decision.ts';
import { applyClaims } from './identify.ts';
import type { Lease } from './lease.ts';
import { withAttempt } from './lease-moves.ts';
import { holdingAttempt, type Target } from './teardown.ts';

/** What the provider says about the id of a target. */
export type Evidence =
  | { readonly kind: 'row'; readonly row: Row }
  /** The provider does not know it, under the account that created it. */
  | { readonly kind: 'absent' }
  /** The response says nothing: it was given under another account. */
  | { readonly kind: 'other-account' }
  | { readonly kind: 'no-response' };

/**
 * `wait` when destroy must not be called yet; `gone` when a verified instance is not there any
 * more, so that its number may be another's; `leave` when the attempt does not hold the id.
 */
export type DestroyPlan = 'destroy' | 'wait' | 'gone' | 'leave';

/** Whether a listing showed the instance as ours recently enough. */
export const hasEvidence = ({ evidenceAt }: Target, now: EpochMs): boolean =>
  evidenceAt !== null && between(evidenceAt, now) <= policy.ownership.evidenceMaxAge;

function decideOnRow(
  lease: Lease,
  { attempt, row }: { readonly attempt: Holding; readonly row: Row },
  now: EpochMs,
): Decision<DestroyPlan> {
  const claims = claimsOf([row], lease);
  const next = applyClaims(lease, claims, now);
  const commit = next === lease ? null : next;
  if (claims.ours.length > 0) return { commit, result: 'destroy' };
  if (claims.doubtful.length > 0) return { commit, result: 'wait' };
  return { commit, result: isVerified(attempt) ? 'gone' : 'leave' };
}

/** A verified instance is destroyed all the same once no evidence could be had for long. */
function decideBlind(
  lease: Lease,
  { attempt, target }: { readonly attempt: Holding; readonly target: Target },
  now: EpochMs,
): Decision<DestroyPlan> {
  if (!isVerified(attempt)) return keep('wait');
  const retiring = missEvidence(retireAttempt(attempt, target.reason), now);
  const since = retiring.noEvidenceSince ?? now;
  const long = between(since, now) >= policy.ownership.evidencePatience;
  const known = attempt.state === 'retiring' && attempt.noEvidenceSince !== null;
  return {
    commit: known ? null : withAttempt(lease, retiring),
    result: long ? 'destroy' : 'wait',
  };
}

/** Decides about one target, and records what the evidence shows. */
export function decideDestroy(
  lease: Lease,
  { target, evidence }: { readonly target: Target; readonly evidence: Evidence },
  now: EpochMs,
): Decision<DestroyPlan> {
  const attempt = holdingAttempt(lease, target.attempt);
  if (attempt === undefined || attempt.instanceId !== target.instanceId) return keep('leave');
  switch (evidence.kind) {
    case 'row':
      return decideOnRow(lease, { attempt, row: evidence.row }, now);
    case 'absent':
      // An id that was never verified may be wrong, and the instance not shown yet.
      return keep(isVerified(attempt) ? 'gone' : 'wait');
    case 'other-account':
      return keep(isVerified(attempt) ? 'destroy' : 'wait');
    case 'no-response':
      return decideBlind(lease, { attempt, target }, now);
  }
}
