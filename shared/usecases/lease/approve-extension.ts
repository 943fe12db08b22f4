// Approve extension: beyond the longest time anybody may ask for, a person decides. It only lifts
// that limit for one lease; who extends, and pays, is still the consumer.

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
 * Lets an active lease be extended until then, on record with who and why. Safe to repeat; a newer
 * approval takes the place of the older. Throws Forbidden, BadRequest, NotFound, NotActive,
 * StoreDown, Conflict.
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
