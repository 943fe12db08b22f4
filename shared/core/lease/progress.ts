// By when a lease must have made progress, and how the next generation of its execution takes over
// when it has not: it finds all finished work done, and steps of older generations exit quietly.

import { policy } from '../base/policy/policy.ts';
import { after, type EpochMs, latest, total } from '../base/time.ts';
import type { Lease } from './lease.ts';
import { addEvent } from './lease-moves.ts';

/** By when a lease in this state must have been committed again, or it counts as stuck. */
export function progressDue(lease: Lease, now: EpochMs): EpochMs {
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

/** Whether it should have made progress by now. */
export const isStuck = ({ dueBy }: Lease, now: EpochMs): boolean => now >= dueBy;

/** The lease with the next generation in charge; null when it is ended. */
export function nextGeneration(lease: Lease, why: string, now: EpochMs): Lease | null {
  if (lease.state === 'ended') return null;
  const generation = lease.generation + 1;
  const reason = `${why}; started generation ${generation} of the workflow`;
  return addEvent({ ...lease, generation }, { type: 'workflow-restarted', reason }, now);
}

/**
 * Whether an execution that ended badly is replaced at once: while it is the present one, and not
 * after several did. An execution that fails at its first step would loop without a pause.
 */
export const restartsAtOnce = (lease: Lease, generation: number): boolean =>
  lease.generation === generation && generation <= policy.step.restartsAtOnce;
