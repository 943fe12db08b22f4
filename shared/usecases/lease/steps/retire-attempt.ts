// Retire attempt: an instance that never became ready is destroyed, proved absent and charged to
// its lease before the next attempt. The state machine repeats rounds by its retries.

import { currentAttempt, type Lease } from '../../../core/lease/lease.ts';
import { decideRetirement } from '../../../core/lease/retirement.ts';
import { done, type StepInput, type StepOutcome, stopReason } from '../../../core/lease/step.ts';
import { unacceptedTargets } from '../../../core/lease/teardown.ts';
import { changeLease, loadLease } from '../../common/change-lease.ts';
import { listAttempts } from '../../common/listing.ts';
import { readLastKnown } from '../../common/read-traces.ts';
import { confirmAbsent } from '../confirm-absent.ts';
import { destroyListed, destroyTarget, type TeardownPorts } from '../destroy-target.ts';

export type RetireAttemptPorts = TeardownPorts;

/**
 * Destroys the instance first, also when the listing fails. Only Confirm ready retires an attempt:
 * a late repeat of this step must not end a newer one.
 */
async function destroyFirst(ports: RetireAttemptPorts, before: Lease): Promise<Lease> {
  if (currentAttempt(before)?.state !== 'retiring') return before;
  const [target] = unacceptedTargets(before);
  return target === undefined ? before : destroyTarget(ports, target);
}

/**
 * One round: destroy, then a listing until the instance is proved absent. Safe to repeat. Detours:
 * absence-pending and still-present (repeat), lease-over, superseded. Throws what destroy and list
 * throw, StoreDown, Conflict.
 */
export function createRetireAttempt(ports: RetireAttemptPorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    const before = await loadLease(ports, input.leaseId);
    const skip = stopReason(before, input, ports.clock.now());
    if (skip !== null) return skip;
    const lease = await destroyFirst(ports, before);
    const attempt = currentAttempt(lease);
    if (attempt?.state !== 'retiring') return done(null);
    const { provider } = attempt.offer;
    const listing = await listAttempts(ports, [attempt]);
    const { listLag } = ports.providers(provider).card;
    const last = await readLastKnown(ports, lease);
    const listed = { input, listing, listLag, last, absent: new Set<never>() };
    const { unread } = decideRetirement(lease, listed, ports.clock.now()).result;
    const facts = { input, ...(await confirmAbsent(ports, lease, { facts: listed, unread })) };
    const { result } = await changeLease(ports, before.id, (current, now) =>
      decideRetirement(current, facts, now),
    );
    return (await destroyListed(ports, result.destroys)) ?? result.outcome;
  };
}
