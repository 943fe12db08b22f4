// Release: ends a lease at its consumer's request. The end is committed first, then the workflow is
// woken.

import type { Caller } from '../../core/base/caller.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import { releaseLease } from '../../core/lease/end.ts';
import type { Lease } from '../../core/lease/lease.ts';
import type { Records } from '../common/change-lease.ts';
import type { WakePorts } from '../common/wake-lease.ts';
import { changeAndWake } from './end-from-outside.ts';

export type ReleaseLeasePorts = Records & WakePorts;

export type ReleaseInput = { readonly leaseId: LeaseId; readonly caller: Caller };

/**
 * Starts to end a lease in any state; an ending or ended lease stays unchanged. Safe to repeat.
 * Throws NotFound (also for another consumer's lease), StoreDown, ProviderDown, Conflict.
 */
export function createReleaseLease(ports: ReleaseLeasePorts) {
  return ({ leaseId, caller }: ReleaseInput): Promise<Lease> =>
    changeAndWake(ports, leaseId, (lease, now) => releaseLease(lease, caller, now));
}
