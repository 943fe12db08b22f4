// Stores leases and their event logs. Each write is one conditional write of one item. All may
// throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { ConsumerId, LeaseId } from '../core/base/ids.ts';
import type { EpochMs } from '../core/base/time.ts';
import type { Lease, LeaseEvent, LeaseIn } from '../core/lease/lease.ts';
import type { ReportUnreadable } from './unreadable.ts';

/** The position of a lease in its consumer's list. */
export type LeasePlace = { readonly id: LeaseId; readonly requestedAt: EpochMs };

export type LeaseStore = {
  /** A consistent read by key; null when there is none. */
  get(id: LeaseId): Promise<Lease | null>;
  /**
   * Consistent reads by key, all of them; missing leases are left out. So are unreadable ones,
   * which are reported: only the report tells them from missing ones.
   */
  getMany(ids: Iterable<LeaseId>, report?: ReportUnreadable): Promise<ReadonlyMap<LeaseId, Lease>>;
  /**
   * Every lease that is not ended, or whose outbox is not applied. Found by an index that may miss
   * leases of the last second; each is then read consistently. Unreadable leases are left out and
   * reported.
   */
  open(report?: ReportUnreadable): Promise<readonly Lease[]>;
  /**
   * Writes a new lease unless one with this id exists. A cancelled request is written as `ended`.
   */
  create(lease: LeaseIn<'requested' | 'ended'>): Promise<'created' | 'exists'>;
  /** Replaces version `lease.version - 1`; `conflict` when the stored version differs. */
  commit(lease: Lease): Promise<'committed' | 'conflict'>;
  /** Empties the outbox of exactly this version; any other version stays unchanged. */
  clearOutbox(lease: Lease): Promise<void>;
  /** Adds events to the log; existing events stay unchanged. */
  appendEvents(id: LeaseId, events: readonly LeaseEvent[]): Promise<void>;
  /** Events after `seq` in order, one page. An unreadable event has the type `unreadable`. */
  events(id: LeaseId, afterSeq: number): Promise<readonly LeaseEvent[]>;
  /**
   * One page of a consumer's leases after `after`, newest first; may miss leases of the last
   * second.
   */
  listByConsumer(
    consumer: ConsumerId,
    page: { readonly after: LeasePlace | null; readonly limit: number },
  ): Promise<readonly LeasePlace[]>;
};
