// Wakes the waiting execution of a lease. A wake carries no data: the lease is committed before,
// and the next step reads it.

import type { LeaseId } from '../../core/base/ids.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { Workflow } from '../../ports/workflow.ts';

export type WakePorts = { readonly pulses: PulseStore; readonly workflow: Workflow };

/**
 * Answers the parked token, if there is one. `over` when no execution waits: then the workflow is
 * in a step and reads the change afterwards. Safe to repeat. Throws StoreDown, ProviderDown.
 */
export async function wakeLease(ports: WakePorts, id: LeaseId): Promise<'accepted' | 'over'> {
  const pulse = await ports.pulses.get(id);
  if (pulse === null || pulse.token === null) return 'over';
  return ports.workflow.wake(pulse.token);
}
