// Gets a lease going again whose workflow makes no progress: it is woken, or the next generation of
// its execution takes over, which finds all finished work done. Steps of an older one exit quietly.

import type { LeaseId } from '../../core/base/ids.ts';
import type { EpochMs } from '../../core/base/time.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { note } from '../../core/lease/lease-moves.ts';
import { changeLease, type Records } from '../common/change-lease.ts';
import { type WakePorts, wakeLease } from '../common/wake-lease.ts';

export type RestartPorts = Records & WakePorts;

export type Restart = {
  /** Whether the execution is still to be given up, asked of the lease as it is then. */
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
  const { lease } = await changeLease(ports, id, (current, now) => {
    if (current.state === 'ended' || !due(current, now)) return { commit: null, result: null };
    const generation = current.generation + 1;
    const reason = `${why}; generation ${generation} takes over`;
    const event = { type: 'workflow-restarted', reason };
    return { commit: note({ ...current, generation }, event, now), result: null };
  });
  if (lease.state !== 'ended') await ports.workflow.start(lease.id, lease.generation);
}

/**
 * Wakes a lease's workflow; when nobody waits and its progress is due, restarts it. Safe to repeat.
 * Throws StoreDown, ProviderDown, Conflict.
 */
export async function wakeOrRestartLease(ports: RestartPorts, lease: Lease): Promise<void> {
  const woken = await wakeLease(ports, lease.id);
  if (woken === 'accepted' || ports.clock.now() < lease.dueBy) return;
  const why = 'no progress until it was due';
  await restartLease(ports, lease.id, { why, due: ({ dueBy }, now) => now >= dueBy });
}
