// Prove absence: one round for an ending lease. It lists the instances, decides, commits the lease
// once, and destroys what is still listed. The state machine repeats rounds by its retries, with
// growing pauses and no end.

import type { LeaseId } from '../../../core/base/ids.ts';
import { longest } from '../../../core/base/time.ts';
import { isClosed } from '../../../core/instance/attempt.ts';
import {
  decideAbsenceRound,
  type RoundInput,
  skipRound,
} from '../../../core/lease/absence-round.ts';
import { commitOnly } from '../../../core/lease/decision.ts';
import type { StepOutcome } from '../../../core/lease/step.ts';
import { changeLease, loadLease } from '../../common/change-lease.ts';
import { listLease, type Sight } from '../../common/listing.ts';
import { destroyTarget, type TeardownPorts } from '../destroy-target.ts';

export type ProveAbsencePorts = TeardownPorts & Sight;

/** A round is progress even when its listing fails, so that its execution is not restarted. */
async function showProgress(ports: ProveAbsencePorts, leaseId: LeaseId): Promise<void> {
  await changeLease(ports, leaseId, (current) =>
    commitOnly(current.state === 'ending' ? current : null),
  );
}

/**
 * One round. Safe to repeat. Detours: absence-pending and still-present (repeat), teardown-overdue
 * (hand over to the sweep), superseded. Throws what list and destroy throw, StoreDown, Conflict: an
 * error is unknown, never absent.
 */
export function createProveAbsence(ports: ProveAbsencePorts) {
  return async (input: RoundInput): Promise<StepOutcome> => {
    const lease = await loadLease(ports, input.leaseId);
    const skip = skipRound(lease, input, ports.clock.now());
    if (skip !== null) return skip;
    const open = lease.attempts.filter((attempt) => !isClosed(attempt));
    const names = open.map((attempt) => attempt.offer.provider);
    const [listed] = await Promise.allSettled([listLease(ports, lease, names)]);
    if (listed.status === 'rejected') {
      await showProgress(ports, lease.id);
      throw listed.reason;
    }
    const listLag = longest(...names.map((name) => ports.providers(name).card.listLag));
    const facts = { listing: listed.value, listLag };
    const { result } = await changeLease(ports, lease.id, (current, now) =>
      decideAbsenceRound(current, facts, now),
    );
    // The commit above records the reason; each round calls destroy again until it is accepted.
    for (const target of result.destroys) await destroyTarget(ports, target);
    return result.outcome;
  };
}
