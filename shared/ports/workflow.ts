// The workflow engine that drives each lease.

import type { LeaseId } from '../core/base/ids.ts';
import type { WorkOutcome } from '../core/lease/work.ts';

export type Workflow = {
  /**
   * Starts the execution `<leaseId>-<generation>`. Safe to repeat: `exists` when that generation
   * was started before. Throws ProviderDown when the engine cannot be reached.
   */
  start(leaseId: LeaseId, generation: number): Promise<'started' | 'exists'>;
  /**
   * Names of all running executions. May miss those of the last second. Throws ProviderDown; never
   * partial.
   */
  running(): Promise<ReadonlySet<string>>;
  /** Answers a parked token, without data. `over` when that wait has ended. */
  wake(token: string): Promise<'accepted' | 'over'>;
  /** Answers the token of a step in a queue by its outcome. `over` when that wait has ended. */
  answer(token: string, outcome: WorkOutcome): Promise<'accepted' | 'over'>;
  /** Resets the heartbeat clock of a parked token. */
  heartbeat(token: string): Promise<'accepted' | 'over'>;
};
