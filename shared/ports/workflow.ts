// The workflow engine that drives each lease.

import type { LeaseId } from '../core/base/ids.ts';

export type Workflow = {
  /**
   * Starts the execution `<leaseId>-<generation>`. Safe to repeat: `exists` when that generation
   * was started before. Throws ProviderDown when the engine can't be reached.
   */
  start(leaseId: LeaseId, generation: number): Promise<'started' | 'exists'>;
  /**
   * Names of the executions that run. May miss those of the last second. Throws ProviderDown: all
   * of them, or a failure.
   */
  running(): Promise<ReadonlySet<string>>;
  /** Answers a parked token. It carries no facts. `over` when that wait is over already. */
  wake(token: string): Promise<'accepted' | 'over'>;
  /** Resets the heartbeat clock of a parked token. */
  heartbeat(token: string): Promise<'accepted' | 'over'>;
};
