// Settle: when absence is proved, charges the lease, releases the rest of its hold, and removes the
// schedule. Only this step makes a lease `ended`.

import { settleLease } from '../../../core/lease/settle.ts';
import type { StepInput, StepOutcome } from '../../../core/lease/step.ts';
import type { Scheduler } from '../../../ports/scheduler.ts';
import { changeLease, type Records } from '../../common/change-lease.ts';

export type SettleLeasePorts = Records & { readonly scheduler: Scheduler };

/**
 * Closes the lease and settles its account. Safe to repeat: the outbox is applied until it is
 * empty. Detours: absence-pending (no proof yet), superseded. Throws StoreDown, ProviderDown,
 * Conflict.
 */
export function createSettleLease(ports: SettleLeasePorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    const { result } = await changeLease(ports, input.leaseId, (lease, now) =>
      settleLease(lease, input, now),
    );
    if (result.kind === 'done') await ports.scheduler.disarm(input.leaseId);
    return result;
  };
}
