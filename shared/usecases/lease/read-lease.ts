// Reads leases. A consumer sees only its own; another consumer's lease looks like a missing one.

import { type Caller, mustOwn } from '../../core/base/caller.ts';
import type { ConsumerId, LeaseId } from '../../core/base/ids.ts';
import { nextPlace } from '../../core/base/paging.ts';
import type { Lease, LeaseEvent } from '../../core/lease/lease.ts';
import { withPendingEvents } from '../../core/lease/outbox.ts';
import { requireVisible } from '../../core/lease/visible.ts';
import type { LeasePlace, LeaseStore } from '../../ports/lease-store.ts';

export type ReadLeasePorts = { readonly leases: LeaseStore };
export type ReadInput = { readonly leaseId: LeaseId; readonly caller: Caller };

/** Reads a lease. Throws NotFound, StoreDown. */
export function createReadLease(ports: ReadLeasePorts) {
  return async ({ leaseId, caller }: ReadInput): Promise<Lease> =>
    requireVisible(await ports.leases.get(leaseId), caller);
}

/** Reads a page of the lease's events after `afterSeq`, including pending ones. */
export function createReadEvents(ports: ReadLeasePorts) {
  const read = createReadLease(ports);
  return async (
    input: ReadInput & { readonly afterSeq: number },
  ): Promise<readonly LeaseEvent[]> => {
    const lease = await read(input);
    const logged = await ports.leases.events(lease.id, input.afterSeq);
    return withPendingEvents(logged, lease, input.afterSeq);
  };
}

export type ListInput = {
  readonly caller: Caller;
  /** The owner of the leases; operators may name any consumer. */
  readonly consumer: ConsumerId;
  readonly after: LeasePlace | null;
  readonly limit: number;
};

export type LeasePage = {
  readonly leases: readonly Lease[];
  /** The leases that could not be read. */
  readonly unreadable: readonly string[];
  readonly next: LeasePlace | null;
};

/**
 * Lists a consumer's leases, newest first. The list is eventually consistent: a lease of the last
 * second may be missing. Each listed lease is current. Throws Forbidden, StoreDown.
 */
export function createListLeases(ports: ReadLeasePorts) {
  return async ({ caller, consumer, after, limit }: ListInput): Promise<LeasePage> => {
    mustOwn(caller, consumer, 'leases');
    const places = await ports.leases.listByConsumer(consumer, { after, limit });
    const unreadable: string[] = [];
    const leases = await ports.leases.getMany(
      places.map(({ id }) => id),
      ({ id }) => unreadable.push(id),
    );
    return {
      leases: places.flatMap(({ id }) => leases.get(id) ?? []),
      unreadable,
      next: nextPlace(places, limit),
    };
  };
}
