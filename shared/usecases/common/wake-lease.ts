// Wakes the execution that waits for a lease. A wake carries no facts: the lease was committed
// before, and whoever wakes up reads it.

import type { LeaseId } from '../../core/base/ids.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { Workflow } from '../../ports/workflow.ts';

export type WakePorts = { readonly pulses: PulseStore; readonly workflow: Workflow };

/**
 * Answers the parked token, if there is one. `over` when nobody waits: then the workflow is in the
 * middle of a step and will see the change by itself. Safe to repeat. Throws StoreDown,
 * ProviderDown.
 */
export async function wakeLease(ports: WakePorts, id: LeaseId): Promise<'accepted' | 'over'> {
  const pulse = await ports.pulses.get(id);
  if (pulse === null || pulse.token === null) return 'over';
  return ports.workflow.wake(pulse.token);
}
