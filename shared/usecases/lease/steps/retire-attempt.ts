// Retire attempt: a machine that never became ready is destroyed, proved absent and charged to its
// lease, and only then is another tried. Rounds are the state machine's retries.

import type { EpochMs } from '../../../core/base/time.ts';
import { proveAbsence } from '../../../core/instance/absence.ts';
import type { AttemptIn } from '../../../core/instance/attempt.ts';
import { closeAttempt, retireAttempt } from '../../../core/instance/attempt-moves.ts';
import { currentAttempt, type Lease } from '../../../core/lease/lease.ts';
import { note, withAttempt } from '../../../core/lease/lease-moves.ts';
import {
  detour,
  done,
  type StepInput,
  type StepOutcome,
  skipReason,
} from '../../../core/lease/step.ts';
import { changeLease, loadLease } from '../../common/change-lease.ts';
import { type LeaseListing, listLease, type Sight } from '../../common/listing.ts';
import {
  destroyTarget,
  isWithinListLag,
  observeStillPresent,
  type TeardownPorts,
  targetsToDestroy,
} from './teardown.ts';

export type RetireAttemptPorts = TeardownPorts & Sight;

type Round = { readonly commit: Lease | null; readonly result: StepOutcome };

function round(
  ports: RetireAttemptPorts,
  lease: Lease,
  listing: LeaseListing,
): (now: EpochMs) => Round {
  return (now) => {
    const attempt = currentAttempt(lease);
    if (attempt?.state !== 'retiring') return { commit: null, result: done(null) };
    const { destroyAcceptedAt: notBefore, absentSince } = attempt;
    if (notBefore === null) {
      return { commit: null, result: detour('absence-pending', 'no destroy is accepted yet') };
    }
    const { listLag } = ports.providers(attempt.offer.provider).card;
    const verdict = proveAbsence({ notBefore, absentSince, listLag }, listing.listedAt);
    if (verdict.kind === 'proved') {
      const gone = withAttempt(lease, closeAttempt(attempt, verdict.proof));
      const reason = `attempt ${attempt.number} is proved gone: ${attempt.reason}`;
      return { commit: note(gone, { type: 'attempt-gone', reason }, now), result: done(null) };
    }
    const waiting = withAttempt(lease, { ...attempt, absentSince: verdict.absentSince });
    return { commit: waiting, result: detour('absence-pending', 'a second listing has to agree') };
  };
}

async function retire(ports: RetireAttemptPorts, lease: Lease): Promise<Lease> {
  const [target] = targetsToDestroy(lease);
  if (target === undefined) return lease;
  await changeLease(ports, lease.id, (current) => {
    const attempt = currentAttempt(current);
    if (attempt?.state !== 'created') return { commit: null, result: null };
    const retired: AttemptIn<'retiring'> = retireAttempt(attempt, 'boot-timeout');
    return { commit: withAttempt(current, retired), result: null };
  });
  const reason = target.reason === 'lease-ended' ? 'boot-timeout' : target.reason;
  return destroyTarget(ports, { ...target, reason });
}

/**
 * One round: destroy, then listings until the machine is proved absent. Safe to repeat. Detours:
 * absence-pending and still-present (come again), lease-over, superseded. Throws what destroy and
 * list throw, StoreDown, Conflict.
 */
export function createRetireAttempt(ports: RetireAttemptPorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    const before = await loadLease(ports, input.leaseId);
    const alone = skipReason(before, input);
    if (alone !== null) return alone;
    const lease = await retire(ports, before);
    const attempt = currentAttempt(lease);
    if (attempt?.state !== 'retiring') return done(null);
    const listing = await listLease(ports, lease, [attempt.offer.provider]);
    const shown = listing.present.find(({ owner }) => owner.attempt === attempt.number);
    const { listLag } = ports.providers(attempt.offer.provider).card;
    if (shown !== undefined && !isWithinListLag(attempt, listing.listedAt, listLag)) {
      await changeLease(ports, lease.id, (current) => ({
        commit: observeStillPresent(current, attempt.number, {
          instance: shown.instance,
          at: listing.listedAt,
        }),
        result: null,
      }));
      const { provider } = attempt.offer;
      const { number, reason } = attempt;
      const target = { leaseId: lease.id, attempt: number, provider, reason };
      await destroyTarget(ports, { ...target, instanceId: shown.instance.id });
    }
    if (shown !== undefined) return detour('still-present', `${shown.instance.id} is still listed`);
    const { result } = await changeLease<StepOutcome>(ports, input.leaseId, (current, now) => {
      const over = skipReason(current, input);
      return over === null ? round(ports, current, listing)(now) : { commit: null, result: over };
    });
    return result;
  };
}
