// Where leases and their event logs are kept. Each write is one item under one condition.
// All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { ConsumerId, LeaseId } from '../core/base/ids.ts';
import type { EpochMs } from '../core/base/time.ts';
import type { Lease, LeaseEvent, LeaseIn } from '../core/lease/lease.ts';

/** Where a lease stands in its consumer's list. */
export type LeasePlace = { readonly id: LeaseId; readonly requestedAt: EpochMs };

export type LeaseStore = {
  /** A consistent read by key; null when there is none. */
  get(id: LeaseId): Promise<Lease | null>;
  /** Consistent reads by key, all of them; a lease that isn't there is left out. */
  getMany(ids: Iterable<LeaseId>): Promise<ReadonlyMap<LeaseId, Lease>>;
  /**
   * Every lease that still needs somebody's work: not ended, or its outbox not applied. Found by an
   * index that may miss the last second's, each then read consistently.
   */
  open(): Promise<readonly Lease[]>;
  /** Writes a new lease unless one of this id exists; an ended one was never to begin. */
  create(lease: LeaseIn<'requested' | 'ended'>): Promise<'created' | 'exists'>;
  /** Replaces version `lease.version - 1`; `conflict` when the lease has moved on. */
  commit(lease: Lease): Promise<'committed' | 'conflict'>;
  /** Empties the outbox of exactly this version; a lease that has moved on is left alone. */
  clearOutbox(lease: Lease): Promise<void>;
  /** Adds events to the log; an event that is there already is left as it is. */
  appendEvents(id: LeaseId, events: readonly LeaseEvent[]): Promise<void>;
  /** Events after `seq` in order, one page. */
  events(id: LeaseId, afterSeq: number): Promise<readonly LeaseEvent[]>;
  /** A consumer's leases after `after`, newest first, one page; may miss the last second's. */
  listByConsumer(
    consumer: ConsumerId,
    page: { readonly after: LeasePlace | null; readonly limit: number },
  ): Promise<readonly LeasePlace[]>;
};
