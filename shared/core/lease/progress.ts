// When a lease must have made progress, and how the next generation of its workflow replaces one
// that has not. The next generation finds finished work recorded; steps of older generations do
// nothing.

import { policy } from '../base/policy/policy.ts';
import { after, type EpochMs, latest, total } from '../base/time.ts';
import type { Lease } from './lease.ts';
import { addEvent } from './lease-moves.ts';

/**
 * When a lease must have been committed again; after that it is stuck. A lease that waits for its
 * turn in a queue is not: the queue has hundreds of others.
 */
export function progressDue(lease: Lease, now: EpochMs): EpochMs {
  const isQueued = lease.work !== null && lease.work.outcome === null;
  return isQueued ? latest(dueOf(lease, now), after(now, policy.queue.due)) : dueOf(lease, now);
}

/** The same for a lease in no queue. */
function dueOf(lease: Lease, now: EpochMs): EpochMs {
  const { due, teardownPause } = policy.step;
  switch (lease.state) {
    case 'booting':
      return after(now, total(policy.ready.maxBootLimit, due));
    case 'active':
      return after(latest(now, lease.deadline), due);
    case 'ending':
      return after(now, total(teardownPause, due));
    case 'requested':
    case 'launching':
    case 'ended':
      return after(now, due);
  }
}

/** Whether its progress is overdue. */
export const isStuck = ({ dueBy }: Lease, now: EpochMs): boolean => now >= dueBy;

/** The lease with the next generation; null when it is ended. */
export function nextGeneration(lease: Lease, why: string, now: EpochMs): Lease | null {
  if (lease.state === 'ended') return null;
  const generation = lease.generation + 1;
  const reason = `${why}; started generation ${generation} of the workflow`;
  return addEvent({ ...lease, generation }, { type: 'workflow-restarted', reason }, now);
}

/**
 * Whether a failed execution is replaced at once: only the current one, and only for the first
 * generations. An execution that fails at its first step would otherwise loop without a pause.
 */
export const restartsAtOnce = (lease: Lease, generation: number): boolean =>
  lease.generation === generation && generation <= policy.step.restartsAtOnce;
