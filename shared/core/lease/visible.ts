// Which leases a caller may see: a consumer its own leases, an operator all leases.

import type { Caller } from '../base/caller.ts';
import { Failure } from '../base/failure.ts';
import type { Lease } from './lease.ts';

/** Whether the caller may see the lease. */
const maySee = (lease: Lease, caller: Caller): boolean =>
  caller.operator || lease.consumer === caller.consumer;

/**
 * Returns the lease when the caller may see it. Another consumer's lease looks like a missing one.
 */
export function requireVisible(lease: Lease | null, caller: Caller): Lease {
  if (lease !== null && maySee(lease, caller)) return lease;
  throw new Failure('NotFound', 'lease not found', { field: 'id' });
}
