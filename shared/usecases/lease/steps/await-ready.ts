// Await ready: parks the token that the instance's first heartbeat answers. An instance that has no
// endpoint to call is probed instead.

import {
  isReadinessSettled,
  parkForReadiness,
  type WaitInput,
} from '../../../core/lease/parking.ts';
import { detour, done, type StepOutcome, stopReason } from '../../../core/lease/step.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import type { Workflow } from '../../../ports/workflow.ts';
import { loadLease, type Records } from '../../common/change-lease.ts';

export type AwaitReadyPorts = Records & {
  readonly pulses: PulseStore;
  readonly workflow: Workflow;
  /** Whether instances can call the service; otherwise readiness is probed. */
  readonly phoneHome: boolean;
};

/**
 * Parks the token for readiness, then reads again: if the instance is already ready, or the lease
 * is over, this step answers the token itself. Detours: use-probe, lease-over, superseded. Throws
 * StoreDown, ProviderDown.
 */
export function createAwaitReady(ports: AwaitReadyPorts) {
  return async (input: WaitInput): Promise<StepOutcome> => {
    const { leaseId, token } = input;
    const lease = await loadLease(ports, leaseId);
    const skip = stopReason(lease, input, ports.clock.now());
    if (skip !== null) return skip;
    if (!ports.phoneHome) return detour('use-probe', 'instances have no endpoint to call');
    if (lease.state === 'active') {
      // A late repeat must not replace the token of Serve, nor the end that it parked.
      await ports.workflow.wake(token);
      return done(null);
    }
    const parking = parkForReadiness(lease, input, ports.clock.now());
    const parked = await ports.pulses.park(parking);
    const pulse = await ports.pulses.get(leaseId);
    const settled = isReadinessSettled(await loadLease(ports, leaseId), { input, parked, pulse });
    if (settled) await ports.workflow.wake(token);
    return done(null);
  };
}
