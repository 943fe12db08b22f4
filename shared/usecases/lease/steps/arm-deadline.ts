// Arm deadline: sets the schedule that ends this lease without the workflow, before any instance
// can exist. When it cannot be set, the lease ends: fail closed.

import { policy } from '../../../core/base/policy/policy.ts';
import { after } from '../../../core/base/time.ts';
import { done, type StepInput, type StepOutcome, stopReason } from '../../../core/lease/step.ts';
import type { Scheduler } from '../../../ports/scheduler.ts';
import { loadLease, type Records } from '../../common/change-lease.ts';

export type ArmDeadlinePorts = Records & { readonly scheduler: Scheduler };

/**
 * Sets the schedule to the lease's deadline (before `active`: the launch bound). Safe to repeat.
 * Detours: lease-over, superseded. Throws StoreDown, ProviderDown.
 */
export function createArmDeadline(ports: ArmDeadlinePorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    const lease = await loadLease(ports, input.leaseId);
    const skip = stopReason(lease, input, ports.clock.now());
    if (skip !== null) return skip;
    await ports.scheduler.arm(lease.id, after(lease.deadline, policy.deadline.grace));
    return done(null);
  };
}
