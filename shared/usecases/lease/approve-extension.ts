// Approve extension: an operator allows one lease to run beyond the maximum duration. The consumer
// still requests and pays for the extension.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { keep } from '../../core/lease/decision.ts';
import { planApproval } from '../../core/lease/extension.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { changeLease, type Records } from '../common/change-lease.ts';

export type ApproveInput = {
  readonly leaseId: LeaseId;
  readonly caller: Caller;
  readonly until: EpochMs;
  readonly why: string;
};

/**
 * Allows extensions of an active lease until the given time, and records the operator and reason.
 * Safe to repeat; a newer approval replaces an older one. Throws Forbidden, BadRequest, NotFound,
 * NotActive, StoreDown, Conflict.
 */
export function createApproveExtension(records: Records) {
  return async ({ leaseId, caller, until, why }: ApproveInput): Promise<Lease> => {
    mustBeOperator(caller);
    const approval = { until, by: caller.consumer, why };
    const { lease } = await changeLease(records, leaseId, (current, now) => {
      const plan = planApproval(current, approval, now);
      switch (plan.kind) {
        case 'approve':
          return { commit: plan.lease, result: null };
        case 'unchanged':
          return keep(null);
        case 'not-active':
          throw new Failure('NotActive', plan.why);
        case 'out-of-range':
          throw new Failure('BadRequest', `until: ${plan.why}`, { field: 'until' });
      }
    });
    return lease;
  };
}
