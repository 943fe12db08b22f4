// Stores freezes. Each write is one conditional write of one item. All may throw StoreDown; every
// method is safe to repeat unless it says otherwise.

import type { ConsumerId, LeaseId } from '../core/base/ids.ts';
import type { Lease } from '../core/lease/lease.ts';
import type { Freeze, FreezeScope } from '../core/operations/freeze.ts';
import type { ReportUnreadable } from './unreadable.ts';

/** The freezes of operators. */
export type FreezeStore = {
  /**
   * A consistent read of every record, those of thawed scopes included. Unreadable ones are left
   * out and reported.
   */
  all(report: ReportUnreadable): Promise<readonly Freeze[]>;
  /**
   * A consistent read of every record that may concern a lease of the consumer. Throws StoreDown
   * also when one of them can't be read: it may be in force.
   */
  concerning(consumer: ConsumerId): Promise<readonly Freeze[]>;
  get(scope: FreezeScope): Promise<Freeze | 'unreadable' | null>;
  /**
   * Replaces version `freeze.version - 1`; `conflict` when the stored version differs. Version 1
   * also replaces an unreadable record.
   */
  commit(freeze: Freeze): Promise<'committed' | 'conflict'>;
  /**
   * Reads in one consistent call: the lease, and whether a freeze covers all consumers or its own.
   * Throws StoreDown also when one of these freezes can't be read.
   */
  admission(
    id: LeaseId,
    consumer: ConsumerId,
  ): Promise<{ readonly lease: Lease | null; readonly freezes: readonly Freeze[] }>;
};
