// The schedule that ends a lease without the workflow.

import type { LeaseId } from '../core/base/ids.ts';
import type { EpochMs } from '../core/base/time.ts';

export type Scheduler = {
  /** Sets or moves the schedule of a lease. Its target ends the lease. */
  arm(leaseId: LeaseId, at: EpochMs): Promise<void>;
  /** Removes the schedule, if it exists. */
  disarm(leaseId: LeaseId): Promise<void>;
};
