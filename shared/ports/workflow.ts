// The engine that drives a lease, and the alarm clock that ends it without the engine.

import type { LeaseId } from '../core/base/ids.ts';
import type { EpochMs } from '../core/base/time.ts';

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

export type Scheduler = {
  /** Sets or moves the one schedule of a lease. Its target ends the lease by itself. */
  arm(leaseId: LeaseId, at: EpochMs): Promise<void>;
  /** Removes it; one that isn't there is fine. */
  disarm(leaseId: LeaseId): Promise<void>;
};

/** Looks whether an SSH server answers. */
export type Probe = {
  /** `ready` when the host sends an SSH banner in time; any trouble is `not-yet`. Never throws. */
  sshBanner(host: string, port: number): Promise<'ready' | 'not-yet'>;
};
