// An execution ended badly: it failed, ran too long, or was aborted by hand. Nothing drives its
// lease now, so the next generation takes over at once instead of when the sweep misses it.

import { restartsAtOnce } from '../../core/lease/progress.ts';
import type { StepInput } from '../../core/lease/step.ts';
import { type RestartPorts, restartLease } from './restart-lease.ts';

export type EndedExecution = StepInput & { readonly status: string };

/**
 * Starts the next generation unless the lease is ended or another generation drives it already.
 * One that failed again and again is left to the sweep. Safe to repeat. Throws NotFound,
 * StoreDown, ProviderDown, Conflict.
 */
export function createExecutionEnded(ports: RestartPorts) {
  return ({ leaseId, generation, status }: EndedExecution): Promise<void> =>
    restartLease(ports, leaseId, {
      why: `the workflow execution of generation ${generation} ended with status ${status}`,
      due: (lease) => restartsAtOnce(lease, generation),
    });
}
