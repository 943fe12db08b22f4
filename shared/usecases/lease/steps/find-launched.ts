// Find launched: a create call was not answered, so its machine is looked for by its exact tag in
// complete listings, until it could no longer appear. Create is never called again blind.

import { type EpochMs, isoTime } from '../../../core/base/time.ts';
import { proveAbsence } from '../../../core/instance/absence.ts';
import { isUnanswered, type Unanswered } from '../../../core/instance/attempt.ts';
import {
  closeNeverCreated,
  confirmAttempt,
  markOutcomeUnknown,
} from '../../../core/instance/attempt-moves.ts';
import { type BootWait, bootWait, type ProviderCard } from '../../../core/instance/card.ts';
import { currentAttempt, type Lease, type LeaseIn } from '../../../core/lease/lease.ts';
import { confirmInstance, note, withAttempt } from '../../../core/lease/lease-moves.ts';
import {
  detour,
  done,
  type StepInput,
  type StepOutcome,
  skipReason,
} from '../../../core/lease/step.ts';
import { changeLease, loadLease, type Records } from '../../common/change-lease.ts';
import { type LeaseListing, listLease, type Sight } from '../../common/listing.ts';

export type FindLaunchedPorts = Records & Sight;

type Found = { readonly lease: Lease; readonly outcome: StepOutcome<BootWait> };

/** What a listing says about an unanswered attempt of a lease that is still starting. */
type Look = {
  readonly lease: LeaseIn<'launching'>;
  readonly attempt: Unanswered;
  readonly seen: LeaseListing;
  readonly card: ProviderCard;
};

/** The machine is there: the attempt is answered after all. */
function adopted({ lease, attempt, seen, card }: Look, now: EpochMs): Found | null {
  const match = seen.present.find(({ owner }) => owner.attempt === attempt.number);
  if (match === undefined) return null;
  const created = confirmAttempt(attempt, match.instance.id, attempt.recordedAt);
  const reason = `found by its tag: instance ${match.instance.id}`;
  const event = { type: 'instance-found', reason };
  return {
    lease: note(confirmInstance(lease, created), event, now),
    outcome: done(bootWait(card)),
  };
}

/** The machine is not there: not yet, or never. */
function missing({ lease, attempt, seen, card }: Look, now: EpochMs): Found {
  const absentSince = attempt.state === 'unknown' ? attempt.absentSince : null;
  const evidence = { notBefore: attempt.mayLandUntil, absentSince, listLag: card.listLag };
  const verdict = proveAbsence(evidence, seen.listedAt);
  if (verdict.kind === 'pending') {
    const doubted = { ...markOutcomeUnknown(attempt), absentSince: verdict.absentSince };
    const reason = `not listed; it may appear until ${isoTime(attempt.mayLandUntil)}`;
    return { lease: withAttempt(lease, doubted), outcome: detour('still-unknown', reason) };
  }
  const dropped = withAttempt(lease, closeNeverCreated(attempt, verdict.proof));
  const reason = `attempt ${attempt.number} never became a machine: two complete listings`;
  const event = { type: 'instance-not-created', reason };
  return { lease: note(dropped, event, now), outcome: detour('offer-gone', reason) };
}

/**
 * One look for the machine of an unanswered attempt: adopts it, or declares it absent once that is
 * proved. Safe to repeat. Detours: still-unknown (look again), offer-gone (proved absent),
 * lease-over, superseded. Throws what list throws, StoreDown, Conflict.
 */
export function createFindLaunched(ports: FindLaunchedPorts) {
  return async (input: StepInput): Promise<StepOutcome<BootWait>> => {
    const before = await loadLease(ports, input.leaseId);
    const alone = skipReason(before, input);
    if (alone !== null) return alone;
    const last = currentAttempt(before);
    if (last === undefined) return detour('offer-gone', 'no attempt was made');
    const { card } = ports.providers(last.offer.provider);
    const seen = await listLease(ports, before, [last.offer.provider]);
    const { result } = await changeLease<StepOutcome<BootWait>>(
      ports,
      input.leaseId,
      (lease, now) => {
        const over = skipReason(lease, input);
        if (over !== null) return { commit: null, result: over };
        const attempt = currentAttempt(lease);
        const mine = attempt?.number === last.number && isUnanswered(attempt);
        if (!mine || lease.state !== 'launching') {
          const known = attempt?.state === 'created';
          const result = known ? done(bootWait(card)) : detour('offer-gone', 'answered before');
          return { commit: null, result };
        }
        const look = { lease, attempt, seen, card };
        const found = adopted(look, now) ?? missing(look, now);
        return { commit: found.lease, result: found.outcome };
      },
    );
    return result;
  };
}
