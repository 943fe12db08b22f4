// Reads leases. A consumer sees only its own; another consumer's lease looks like a missing one.

import { type Caller, mustOwn } from '../../core/base/caller.ts';
import type { ConsumerId, LeaseId } from '../../core/base/ids.ts';
import { nextPlace } from '../../core/base/paging.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { limitFor, type ProviderCard } from '../../core/instance/card.ts';
import { newGate } from '../../core/instance/gate.ts';
import type { Lease, LeaseEvent } from '../../core/lease/lease.ts';
import { withPendingEvents } from '../../core/lease/outbox.ts';
import { placeOf, type QueuePlace, waitingIn } from '../../core/lease/queue-place.ts';
import { requireVisible } from '../../core/lease/visible.ts';
import type { Clock } from '../../ports/clock.ts';
import type { GateStore } from '../../ports/gate-store.ts';
import type { LeasePlace, LeaseStore } from '../../ports/lease-store.ts';
import type { TicketStore } from '../../ports/ticket-store.ts';

export type ReadLeasePorts = { readonly leases: LeaseStore };
export type ReadInput = { readonly leaseId: LeaseId; readonly caller: Caller };

async function read(ports: ReadLeasePorts, { leaseId, caller }: ReadInput): Promise<Lease> {
  return requireVisible(await ports.leases.get(leaseId), caller);
}

export type ReadPlacePorts = ReadLeasePorts & {
  readonly tickets: TicketStore;
  readonly gates: GateStore;
  readonly clock: Clock;
  readonly cardOf: (provider: ProviderName) => ProviderCard;
};

/** A lease, and its place in a queue; null when it waits in none. */
export type LeaseInQueue = { readonly lease: Lease; readonly place: QueuePlace | null };

async function placeIn(ports: ReadPlacePorts, lease: Lease): Promise<QueuePlace | null> {
  const waiting = waitingIn(lease, ports.cardOf);
  if (waiting === null) return null;
  const { provider, group } = waiting;
  const card = ports.cardOf(provider);
  const { name } = limitFor(card, 'launch');
  const [tickets, gate] = await Promise.all([
    ports.tickets.get(group),
    ports.gates.get(provider, name),
  ]);
  const pace = { tickets, card, gate: gate ?? newGate(provider, name) };
  return placeOf(waiting, pace, ports.clock.now());
}

/** Reads a lease and its place in a queue. Throws NotFound, StoreDown. */
export function createReadLease(ports: ReadPlacePorts) {
  return async (input: ReadInput): Promise<LeaseInQueue> => {
    const lease = await read(ports, input);
    return { lease, place: await placeIn(ports, lease) };
  };
}

/** Reads a page of the lease's events after `afterSeq`, including pending ones. */
export function createReadEvents(ports: ReadLeasePorts) {
  return async (
    input: ReadInput & { readonly afterSeq: number },
  ): Promise<readonly LeaseEvent[]> => {
    const lease = await read(ports, input);
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
