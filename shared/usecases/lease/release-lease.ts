// Release: the consumer is done. The end is committed first, then the workflow is woken.

import type { Caller } from '../../core/base/caller.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import { isOver, type Lease } from '../../core/lease/lease.ts';
import { endLease } from '../../core/lease/lease-moves.ts';
import { visible } from '../../core/lease/visible.ts';
import { changeLease, type Records } from '../common/change-lease.ts';
import { type WakePorts, wakeLease } from '../common/wake-lease.ts';

export type ReleaseLeasePorts = Records & WakePorts;

export type ReleaseInput = { readonly leaseId: LeaseId; readonly caller: Caller };

const byOperator = ({ consumer }: Caller): string => `the operator ${consumer} released it`;

/**
 * Begins to end a lease in any state; one that ends already is left as it is. Safe to repeat.
 * Throws NotFound (also for another consumer's lease), StoreDown, ProviderDown, Conflict.
 */
export function createReleaseLease(ports: ReleaseLeasePorts) {
  return async ({ leaseId, caller }: ReleaseInput): Promise<Lease> => {
    const { lease } = await changeLease(ports, leaseId, (current, now) => {
      visible(current, caller);
      if (isOver(current)) return { commit: null, result: null };
      const why =
        current.consumer === caller.consumer ? 'its consumer released it' : byOperator(caller);
      const end = { reason: 'released', why } as const;
      return { commit: endLease(current, end, now), result: null };
    });
    if (lease.state === 'ending') await wakeLease(ports, leaseId);
    return lease;
  };
}
