// Finds the instance of a create call without a recorded response: by its exact tag in complete
// listings, until the instance can no longer appear. Create is never called again without that
// proof.

import { type EpochMs, isoTime } from '../base/time.ts';
import { proveAbsence } from '../instance/absence.ts';
import { isUnanswered, type Unanswered } from '../instance/attempt.ts';
import { closeNeverCreated, markOutcomeUnknown } from '../instance/attempt-moves.ts';
import { type BootWait, bootWait, type ProviderCard } from '../instance/card.ts';
import { type Claims, claimsOf } from '../instance/claim.ts';
import type { Listing } from '../instance/sighting.ts';
import { type Decision, keep } from './decision.ts';
import { applyClaims, confirmShown } from './identify.ts';
import { currentAttempt, type Lease, type LeaseIn } from './lease.ts';
import { addEvent, confirmInstance, withAttempt } from './lease-moves.ts';
import { detour, done, type StepInput, type StepOutcome, skipReason } from './step.ts';

/** A complete listing of the provider of attempt number `attempt`. */
export type LaunchLook = {
  readonly input: StepInput;
  readonly attempt: number;
  readonly listing: Listing;
  readonly card: ProviderCard;
};

type Looked = Decision<StepOutcome<BootWait>>;
type Launching = LeaseIn<'launching'>;
type Seen = LaunchLook & {
  readonly unanswered: Unanswered;
  readonly claims: Claims;
  readonly now: EpochMs;
};

/** The listing shows the instance: the attempt is confirmed. */
function confirmFound(lease: Launching, { unanswered, claims, card, now }: Seen): Looked | null {
  const match = claims.ours.find(({ owner }) => owner.attempt === unanswered.number);
  if (match === undefined) return null;
  const { id } = match.instance;
  const event = { type: 'instance-found', reason: `instance ${id} found by its tag` };
  const commit = addEvent(confirmInstance(lease, confirmShown(unanswered, match)), event, now);
  return { commit, result: done(bootWait(card)) };
}

/** The listing shows an instance that may be the one: nothing is concluded. */
function waitInDoubt(lease: Launching, { unanswered, claims, now }: Seen): Looked | null {
  const doubtful = claims.doubtful.filter(({ owner }) => owner.attempt === unanswered.number);
  if (doubtful.length === 0) return null;
  const unknown = { ...markOutcomeUnknown(unanswered), absentSince: null };
  const doubted = applyClaims(
    withAttempt(lease, unknown),
    { ours: [], notOurs: [], doubtful },
    now,
  );
  const ids = doubtful.map(({ instance }) => instance.id).join(', ');
  const reason = `instances that may be of this attempt are listed: ${ids}`;
  return { commit: doubted, result: detour('still-unknown', reason) };
}

/** The listing does not show the instance: it may still appear, or its absence is proved. */
function keepSearching(lease: Launching, { unanswered, listing, card, now }: Seen): Looked {
  const { number, mayLandUntil: notBefore } = unanswered;
  const absentSince = unanswered.state === 'unknown' ? unanswered.absentSince : null;
  const evidence = { notBefore, absentSince, listLag: card.listLag };
  const verdict = proveAbsence(evidence, listing.listedAt);
  if (verdict.kind === 'pending') {
    const unknown = { ...markOutcomeUnknown(unanswered), absentSince: verdict.absentSince };
    const reason = `the instance is not listed; it may appear until ${isoTime(notBefore)}`;
    return { commit: withAttempt(lease, unknown), result: detour('still-unknown', reason) };
  }
  const closed = withAttempt(lease, closeNeverCreated(unanswered, verdict.proof));
  const reason = `attempt ${number} created no instance: two complete listings show none`;
  const event = { type: 'instance-not-created', reason };
  return { commit: addEvent(closed, event, now), result: detour('offer-gone', reason) };
}

/** Adopts the instance of an unanswered attempt, or closes the attempt once that is proved. */
export function decideLaunchLook(lease: Lease, look: LaunchLook, now: EpochMs): Looked {
  const skip = skipReason(lease, look.input);
  if (skip !== null) return keep(skip);
  const attempt = currentAttempt(lease);
  const looksFor = attempt?.number === look.attempt && isUnanswered(attempt) ? attempt : null;
  if (looksFor === null || lease.state !== 'launching') {
    const known = attempt?.state === 'created';
    return keep(
      known
        ? done(bootWait(look.card))
        : detour('offer-gone', 'the attempt already has a recorded create response'),
    );
  }
  const claims = claimsOf(look.listing.rows, lease);
  const seen = { ...look, unanswered: looksFor, claims, now };
  return confirmFound(lease, seen) ?? waitInDoubt(lease, seen) ?? keepSearching(lease, seen);
}
