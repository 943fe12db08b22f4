// Wakes the waiting execution of a lease. A wake carries no data: the lease is committed before,
// and the next step reads it.

import type { FailureName } from '../../core/base/failure.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { isWaitingInVain } from '../../core/lease/park.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { Workflow } from '../../ports/workflow.ts';

type Woken = 'accepted' | 'over';

export type WakePorts = { readonly pulses: PulseStore; readonly workflow: Workflow };

/** The wait for a queue: a lease that is over leaves it at once, and its message has no effect. */
async function wakeFromQueue({ workflow }: WakePorts, lease: Lease): Promise<Woken> {
  if (lease.work === null || !isWaitingInVain(lease)) return 'over';
  const error = 'LeaseOver' satisfies FailureName;
  const cause = `the lease is ${lease.state}`;
  return workflow.answer(lease.work.token, { kind: 'failed', error, cause });
}

/**
 * Answers the parked token, if there is one. `over` when no execution waits: then the workflow is
 * in a step and reads the change afterwards. Safe to repeat. Throws StoreDown, ProviderDown.
 */
export async function wakeLease(ports: WakePorts, lease: Lease): Promise<Woken> {
  const left = await wakeFromQueue(ports, lease);
  const pulse = await ports.pulses.get(lease.id);
  if (pulse === null || pulse.token === null) return left;
  const woken = await ports.workflow.wake(pulse.token);
  return left === 'accepted' ? left : woken;
}
