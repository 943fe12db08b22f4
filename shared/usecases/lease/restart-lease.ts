// Gets a lease going again whose workflow makes no progress: it is woken, or the next generation of
// its execution takes over.

import type { LeaseId } from '../../core/base/ids.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { commitOnly } from '../../core/lease/decision.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { isStuck, nextGeneration } from '../../core/lease/progress.ts';
import { changeLease, type Records } from '../common/change-lease.ts';
import { type WakePorts, wakeLease } from '../common/wake-lease.ts';

export type RestartPorts = Records & WakePorts;

export type Restart = {
  /** Whether the execution is still to be replaced, checked on the lease as it is then. */
  readonly due: (lease: Lease, now: EpochMs) => boolean;
  readonly why: string;
};

/**
 * Raises the generation by a conditional write and starts its execution. Safe to repeat: one that
 * was raised before is only started, if it wasn't yet. Throws StoreDown, ProviderDown, Conflict.
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
 * Wakes a lease's workflow; when nobody waits and its progress is due, restarts it. Safe to repeat.
 * Throws StoreDown, ProviderDown, Conflict.
 */
export async function wakeOrRestartLease(ports: RestartPorts, lease: Lease): Promise<void> {
  const woken = await wakeLease(ports, lease.id);
  if (woken === 'accepted' || !isStuck(lease, ports.clock.now())) return;
  await restartLease(ports, lease.id, {
    why: 'the workflow made no progress in time',
    due: isStuck,
  });
}
