// Approve extension: beyond the longest time anybody may ask for, a person decides. It only lifts
// that limit for one lease; who extends, and pays, is still the consumer.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { after, type EpochMs } from '../../core/base/time.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { approveExtension } from '../../core/lease/lease-moves.ts';
import { changeLease, type Records } from '../common/change-lease.ts';

export type ApproveInput = {
  readonly leaseId: LeaseId;
  readonly caller: Caller;
  readonly until: EpochMs;
  readonly why: string;
};

/**
 * Lets a serving lease be extended until then, on record with who and why. Safe to repeat; a newer
 * approval takes the place of the older. Throws Forbidden, BadRequest, NotFound, NotActive,
 * StoreDown, Conflict.
 */
export function createApproveExtension(records: Records) {
  return async ({ leaseId, caller, until, why }: ApproveInput): Promise<Lease> => {
    mustBeOperator(caller);
    const { lease } = await changeLease(records, leaseId, (current, now) => {
      if (current.state !== 'active') {
        throw new Failure('NotActive', `it is ${current.state}: only a serving lease is extended`);
      }
      if (until <= now || until > after(now, policy.extension.maxApproved)) {
        const most = policy.extension.maxApproved / 3_600_000;
        const message = `until: must be later than now, by at most ${most} hours`;
        throw new Failure('BadRequest', message, { field: 'until' });
      }
      if (current.approvedUntil === until) return { commit: null, result: null };
      const by = caller.consumer;
      return { commit: approveExtension(current, { until, by, why }, now), result: null };
    });
    return lease;
  };
}
