// Prove absence: one round for an ending lease. It lists the instances, reads each verified id once
// the listings suffice, decides, commits the lease once, and destroys what is still listed. The
// state machine repeats rounds by its retries, with growing pauses and no end.

import type { LeaseId } from '../../../core/base/ids.ts';
import { longest } from '../../../core/base/time.ts';
import { isClosed } from '../../../core/instance/attempt.ts';
import {
  decideAbsenceRound,
  type RoundFacts,
  type RoundInput,
  skipRound,
} from '../../../core/lease/absence-round.ts';
import { commitOnly } from '../../../core/lease/decision.ts';
import type { Lease } from '../../../core/lease/lease.ts';
import type { StepOutcome } from '../../../core/lease/step.ts';
import { changeLease, loadLease } from '../../common/change-lease.ts';
import { listAttempts } from '../../common/listing.ts';
import { readLastKnown } from '../../common/read-traces.ts';
import { confirmAbsent } from '../confirm-absent.ts';
import { destroyListed, type TeardownPorts } from '../destroy-target.ts';

export type ProveAbsencePorts = TeardownPorts;

/** A round is progress even when its listing fails, so that its execution is not restarted. */
async function showProgress(ports: ProveAbsencePorts, leaseId: LeaseId): Promise<void> {
  await changeLease(ports, leaseId, (current) =>
    commitOnly(current.state === 'ending' ? current : null),
  );
}

/** Lists, and reads each verified id once only that is missing. Throws what list and get throw. */
async function look(ports: ProveAbsencePorts, lease: Lease): Promise<RoundFacts> {
  const open = lease.attempts.filter((attempt) => !isClosed(attempt));
  const listing = await listAttempts(ports, open);
  const listLag = longest(...open.map(({ offer }) => ports.providers(offer.provider).card.listLag));
  const last = await readLastKnown(ports, lease);
  const facts = { listing, listLag, last, absent: new Set<never>() };
  const { unread } = decideAbsenceRound(lease, facts, ports.clock.now()).result;
  return confirmAbsent(ports, lease, { facts, unread });
}

/**
 * One round. Safe to repeat. Detours: absence-pending and still-present (repeat), teardown-overdue
 * (hand over to the sweep), superseded. Throws what list, get and destroy throw, StoreDown,
 * Conflict: an error is unknown, never absent.
 */
export function createProveAbsence(ports: ProveAbsencePorts) {
  return async (input: RoundInput): Promise<StepOutcome> => {
    const lease = await loadLease(ports, input.leaseId);
    const skip = skipRound(lease, input, ports.clock.now());
    if (skip !== null) return skip;
    const [looked] = await Promise.allSettled([look(ports, lease)]);
    if (looked.status === 'rejected') {
      await showProgress(ports, lease.id);
      throw looked.reason;
    }
    const { result } = await changeLease(ports, lease.id, (current, now) =>
      decideAbsenceRound(current, looked.value, now),
    );
    // The commit above records the reason; each round calls destroy again until it is accepted.
    return (await destroyListed(ports, result.destroys)) ?? result.outcome;
  };
}
