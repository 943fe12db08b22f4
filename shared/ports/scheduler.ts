// The schedule that ends a lease without the workflow.

import type { LeaseId } from '../core/base/ids.ts';
import type { EpochMs } from '../core/base/time.ts';

export type Scheduler = {
  /** Sets or moves the one schedule of a lease. Its target ends the lease by itself. */
  arm(leaseId: LeaseId, at: EpochMs): Promise<void>;
  /** Removes it; one that isn't there is fine. */
  disarm(leaseId: LeaseId): Promise<void>;
};
