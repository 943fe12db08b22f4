// Find launched: a create call was not answered, so its machine is looked for by its exact tag in
// complete listings, until it could no longer appear. Create is never called again blind.

import { type AbsenceVerdict, proveAbsence } from '../core/absence.ts';
import { isUnanswered, type Unanswered } from '../core/attempt.ts';
import { confirmAttempt, doubtAttempt, dropAttempt } from '../core/attempt-moves.ts';
import { currentAttempt, isStarting, type Lease } from '../core/lease.ts';
import { confirmInstance, note, withAttempt } from '../core/lease-moves.ts';
import { type EpochMs, isoTime } from '../core/time.ts';
import { changeLease, loadLease, type Records } from './change-lease.ts';
import { type BootWait, bootWait } from './launch-instance.ts';
import { type LeaseListing, listLease, type Sight } from './listing.ts';
import { detour, done, leftAlone, type StepInput, type StepOutcome } from './step.ts';

export type FindLaunchedPorts = Records & Sight;

type Found = { readonly lease: Lease; readonly outcome: StepOutcome<BootWait> };

function adopted(ports: FindLaunchedPorts, lease: Lease, attempt: Unanswered, seen: LeaseListing) {
  const match = seen.present.find(({ owner }) => owner.attempt === attempt.number);
  if (match === undefined || !isStarting(lease)) return null;
  return (now: EpochMs): Found => {
    const created = confirmAttempt(attempt, match.instance.id, now);
    const reason = `found by its tag: instance ${match.instance.id}`;
    const booting = confirmInstance(lease, created);
    const { card } = ports.providers(attempt.offer.provider);
    return {
      lease: note(booting, { type: 'instance-found', reason }, now),
      outcome: done(bootWait(card)),
    };
  };
}

function missing(lease: Lease, attempt: Unanswered, verdict: AbsenceVerdict, now: EpochMs): Found {
  if (verdict.kind === 'proved') {
    const dropped = withAttempt(lease, dropAttempt(attempt, verdict.proof));
    const reason = `attempt ${attempt.number} never became a machine: two complete listings`;
    return {
      lease: note(dropped, { type: 'instance-not-created', reason }, now),
      outcome: detour('offer-gone', reason),
    };
  }
  const doubted = { ...doubtAttempt(attempt), absentSince: verdict.absentSince };
  const reason = `not listed; it may appear until ${isoTime(attempt.mayLandUntil)}`;
  return { lease: withAttempt(lease, doubted), outcome: detour('still-unknown', reason) };
}

/**
 * One look for the machine of an unanswered attempt: adopts it, or declares it absent once that is
 * proved. Safe to repeat. Detours: still-unknown (look again), offer-gone (proved absent),
 * lease-over, superseded. Throws what list throws, StoreDown, Conflict.
 */
export function makeFindLaunched(ports: FindLaunchedPorts) {
  return async (input: StepInput): Promise<StepOutcome<BootWait>> => {
    const before = await loadLease(ports, input.leaseId);
    const alone = leftAlone(before, input);
    if (alone !== null) return alone;
    const last = currentAttempt(before);
    if (last === undefined) return detour('offer-gone', 'no attempt was made');
    const { card } = ports.providers(last.offer.provider);
    const seen = await listLease(ports, before, [last.offer.provider]);
    const { result } = await changeLease<StepOutcome<BootWait>>(
      ports,
      input.leaseId,
      (lease, now) => {
        const over = leftAlone(lease, input);
        if (over !== null) return { commit: null, result: over };
        const attempt = currentAttempt(lease);
        if (attempt?.number !== last.number || !isUnanswered(attempt)) {
          const gone = attempt?.state !== 'created';
          const result = gone ? detour('offer-gone', 'answered before') : done(bootWait(card));
          return { commit: null, result };
        }
        const evidence = {
          notBefore: attempt.mayLandUntil,
          absentSince: attempt.state === 'unknown' ? attempt.absentSince : null,
          listLag: card.listLag,
        };
        const adopt = adopted(ports, lease, attempt, seen);
        const found =
          adopt?.(now) ?? missing(lease, attempt, proveAbsence(evidence, seen.listedAt), now);
        return { commit: found.lease, result: found.outcome };
      },
    );
    return result;
  };
}
