// An execution failed, timed out or was aborted. The next generation starts at once, before the
// sweep detects the lost execution.

import { restartsAtOnce } from '../../core/lease/progress.ts';
import type { StepInput } from '../../core/lease/step.ts';
import { type RestartPorts, restartLease } from './restart-lease.ts';

export type EndedExecution = StepInput & { readonly status: string };

/**
 * Starts the next generation unless the lease is ended or a newer generation runs. After repeated
 * failures, the sweep restarts it. Safe to repeat. Throws NotFound, StoreDown, ProviderDown,
 * Conflict.
 */
export function createExecutionEnded(ports: RestartPorts) {
  return ({ leaseId, generation, status }: EndedExecution): Promise<void> =>
    restartLease(ports, leaseId, {
      why: `the workflow execution of generation ${generation} ended with status ${status}`,
      due: (lease) => restartsAtOnce(lease, generation),
    });
}
