// Prove absence: one round of looking for an ending lease's instances. It lists, decides, commits
// the lease once, and destroys what still shows. Rounds are the state machine's retries: they slow
// down and never give up.

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

/** A round is progress even when its listing fails: nobody has to restart its execution. */
async function showProgress(ports: ProveAbsencePorts, leaseId: LeaseId): Promise<void> {
  await changeLease(ports, leaseId, (current) =>
    commitOnly(current.state === 'ending' ? current : null),
  );
}

/**
 * One round. Safe to repeat. Detours: absence-pending and still-present (come again),
 * teardown-overdue (hand over to the sweep), superseded. Throws what list and destroy throw,
 * StoreDown, Conflict: an error is unknown, never absent.
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
    // The commit above says why; until a destroy is accepted, each round calls it again.
    for (const target of result.destroys) await destroyTarget(ports, target);
    return result.outcome;
  };
}
