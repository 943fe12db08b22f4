// Serve: parks the token that a release, an extension or the schedule answers, and that heartbeats
// keep alive. While it is parked, no function runs for the lease.

import { isStillServed, parkToServe, type WaitInput } from '../../../core/lease/parking.ts';
import { done, type StepOutcome, skipReason } from '../../../core/lease/step.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import type { Workflow } from '../../../ports/workflow.ts';
import { loadLease, type Records } from '../../common/change-lease.ts';

export type ServeLeasePorts = Records & {
  readonly pulses: PulseStore;
  readonly workflow: Workflow;
};

/**
 * Parks the token of an active lease and answers it at once if the lease has changed since.
 * Detours: lease-over, superseded. Throws StoreDown, ProviderDown.
 */
export function createServeLease(ports: ServeLeasePorts) {
  return async (input: WaitInput): Promise<StepOutcome> => {
    const { leaseId, token } = input;
    const before = await loadLease(ports, leaseId);
    const skip = skipReason(before, input);
    if (skip !== null) return skip;
    const known = before.state === 'active' ? await ports.pulses.get(leaseId) : null;
    const parking = parkToServe(before, { input, pulse: known }, ports.clock.now());
    const parked = await ports.pulses.park(parking);
    const pulse = await ports.pulses.get(leaseId);
    const lease = await loadLease(ports, leaseId);
    const found = { input, parked, pulse, parkedUntil: before.deadline };
    const goesOn = isStillServed(lease, found, ports.clock.now());
    if (!goesOn) await ports.workflow.wake(token);
    return done(null);
  };
}
