// Reading leases: consumers see only their own. Another's lease looks like one that isn't there.

import { Failure } from '../core/failure.ts';
import type { ConsumerId, LeaseId } from '../core/ids.ts';
import type { Lease, LeaseEvent } from '../core/lease.ts';
import type { LeaseStore } from '../ports/stores.ts';

export type ReadLeasePorts = { readonly leases: LeaseStore };
export type ReadInput = { readonly leaseId: LeaseId; readonly consumer: ConsumerId };

/** Throws NotFound unless the lease is the consumer's. */
export function assertOwn(lease: Lease, consumer: ConsumerId): void {
  if (lease.consumer !== consumer) {
    throw new Failure('NotFound', `there is no lease ${lease.id}`, { field: 'id' });
  }
}

/** The consumer's lease. Throws NotFound, StoreDown. */
export function makeReadLease(ports: ReadLeasePorts) {
  return async ({ leaseId, consumer }: ReadInput): Promise<Lease> => {
    const lease = await ports.leases.get(leaseId);
    if (lease === null) {
      throw new Failure('NotFound', `there is no lease ${leaseId}`, { field: 'id' });
    }
    assertOwn(lease, consumer);
    return lease;
  };
}

/** A page of the lease's events after `afterSeq`, those not yet applied included. */
export function makeReadEvents(ports: ReadLeasePorts) {
  const read = makeReadLease(ports);
  return async (
    input: ReadInput & { readonly afterSeq: number },
  ): Promise<readonly LeaseEvent[]> => {
    const lease = await read(input);
    const applied = await ports.leases.events(lease.id, input.afterSeq);
    const last = applied.at(-1)?.seq ?? input.afterSeq;
    return [...applied, ...lease.outbox.events.filter(({ seq }) => seq === last + 1 || seq > last)];
  };
}
