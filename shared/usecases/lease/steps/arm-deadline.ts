// Arm deadline: sets the schedule that ends this lease without the workflow, before any instance
// can exist. No instance is created before it is set: fail closed.

import { done, type StepInput, type StepOutcome, stopReason } from '../../../core/lease/step.ts';
import type { Scheduler } from '../../../ports/scheduler.ts';
import { loadLease, type Records } from '../../common/change-lease.ts';
import { setAlarm } from '../../common/set-alarm.ts';

export type ArmDeadlinePorts = Records & { readonly scheduler: Scheduler };

/**
 * Sets the schedule to the lease's deadline (before `active`: the launch bound). Safe to repeat.
 * Detours: lease-over, superseded. Throws StoreDown, ProviderDown, Conflict.
 */
export function createArmDeadline(ports: ArmDeadlinePorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    const lease = await loadLease(ports, input.leaseId);
    // Also for a replaced execution: a try of it that was lost may have set the schedule too late.
    await setAlarm(ports, lease);
    return stopReason(lease, input, ports.clock.now()) ?? done(null);
  };
}
