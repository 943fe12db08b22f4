// Find launched: finds the instance of a create call without a response, by its exact tag in a
// complete listing, until it can no longer appear.

import type { BootWait } from '../../../core/instance/card.ts';
import { decideLaunchLook } from '../../../core/lease/launch-search.ts';
import { currentAttempt } from '../../../core/lease/lease.ts';
import { detour, type StepInput, type StepOutcome, stopReason } from '../../../core/lease/step.ts';
import { changeLease, loadLease, type Records } from '../../common/change-lease.ts';
import { listAttempts, type Sight } from '../../common/listing.ts';

export type FindLaunchedPorts = Records & Sight;

/**
 * One search for the instance of an unanswered attempt: confirms it, or closes the attempt when
 * absence is proved. Safe to repeat. Detours: still-unknown (look again), offer-gone (proved
 * absent), lease-over, superseded. Throws what list throws, StoreDown, Conflict.
 */
export function createFindLaunched(ports: FindLaunchedPorts) {
  return async (input: StepInput): Promise<StepOutcome<BootWait>> => {
    const before = await loadLease(ports, input.leaseId);
    const skip = stopReason(before, input, ports.clock.now());
    if (skip !== null) return skip;
    const last = currentAttempt(before);
    if (last === undefined) return detour('offer-gone', 'no attempt was made');
    const { card } = ports.providers(last.offer.provider);
    const listing = await listAttempts(ports, [last]);
    const look = { input, attempt: last.number, listing, card };
    const { result } = await changeLease(ports, input.leaseId, (lease, now) =>
      decideLaunchLook(lease, look, now),
    );
    return result;
  };
}
