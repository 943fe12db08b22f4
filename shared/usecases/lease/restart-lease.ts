// Restarts a lease whose workflow makes no progress: wakes it, or starts the next generation.

import type { LeaseId } from '../../core/base/ids.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { commitOnly } from '../../core/lease/decision.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { isStuck, nextGeneration } from '../../core/lease/progress.ts';
import { changeLease, type Records } from '../common/change-lease.ts';
import { type WakePorts, wakeLease } from '../common/wake-lease.ts';

export type RestartPorts = Records & WakePorts;

export type Restart = {
  /** Whether the execution must still be replaced, checked on the current lease. */
  readonly due: (lease: Lease, now: EpochMs) => boolean;
  readonly why: string;
};

/**
 * Increments the generation by a conditional write and starts its execution. Safe to repeat: when
 * the generation is already incremented, it only starts the execution. Throws StoreDown,
 * ProviderDown, Conflict.
 */
export async function restartLease(
  ports: RestartPorts,
  id: LeaseId,
  { due, why }: Restart,
): Promise<void> {
  const { lease } = await changeLease(ports, id, (current, now) =>
    commitOnly(due(current, now) ? nextGeneration(current, why, now) : null),
  );
  if (lease.state !== 'ended') await ports.workflow.start(lease.id, lease.generation);
}

/**
 * Wakes a lease's workflow; when no execution waits and the lease is stuck, restarts it. Safe to
 * repeat. Throws StoreDown, ProviderDown, Conflict.
 */
export async function wakeOrRestartLease(ports: RestartPorts, lease: Lease): Promise<void> {
  const woken = await wakeLease(ports, lease);
  if (woken === 'accepted' || !isStuck(lease, ports.clock.now())) return;
  await restartLease(ports, lease.id, {
    why: 'the workflow made no progress in time',
    due: isStuck,
  });
}
