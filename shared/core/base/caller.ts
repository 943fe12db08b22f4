// Who asks: a consumer sees and touches only its own leases, an operator all of them.

import type { Lease } from '../lease/lease.ts';
import { Failure } from './failure.ts';
import type { ConsumerId } from './ids.ts';

export type Caller = { readonly consumer: ConsumerId; readonly operator: boolean };

/** Throws Forbidden for anybody but an operator. */
export function mustBeOperator({ operator }: Caller): void {
  if (!operator) throw new Failure('Forbidden', 'only operators may do this');
}

/** Whether the lease is there for this caller. */
export const maySee = (lease: Lease, caller: Caller): boolean =>
  caller.operator || lease.consumer === caller.consumer;

/** The lease, if it is there for this caller. Another's lease looks like one that isn't there. */
export function visible(lease: Lease | null, caller: Caller): Lease {
  if (lease !== null && maySee(lease, caller)) return lease;
  throw new Failure('NotFound', 'there is no such lease', { field: 'id' });
}
