// Which leases a caller may see: its own; an operator all of them.

import type { Caller } from '../base/caller.ts';
import { Failure } from '../base/failure.ts';
import type { Lease } from './lease.ts';

/** Whether the caller may see the lease. */
const maySee = (lease: Lease, caller: Caller): boolean =>
  caller.operator || lease.consumer === caller.consumer;

/** The lease, if the caller may see it. Another's lease looks like one that doesn't exist. */
export function visible(lease: Lease | null, caller: Caller): Lease {
  if (lease !== null && maySee(lease, caller)) return lease;
  throw new Failure('NotFound', 'lease not found', { field: 'id' });
}
