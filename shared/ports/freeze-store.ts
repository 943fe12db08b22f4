// Stores freezes. Each write is one conditional write of one item. All may throw StoreDown; every
// method is safe to repeat unless it says otherwise.

import type { ConsumerId, LeaseId } from '../core/base/ids.ts';
import type { Lease } from '../core/lease/lease.ts';
import type { Freeze, FreezeScope } from '../core/operations/freeze.ts';

/** The freezes of operators. */
export type FreezeStore = {
  /** A consistent read of every record, those of thawed scopes included. */
  all(): Promise<readonly Freeze[]>;
  get(scope: FreezeScope): Promise<Freeze | null>;
  /** Replaces version `freeze.version - 1`; `conflict` when the stored version differs. */
  commit(freeze: Freeze): Promise<'committed' | 'conflict'>;
  /**
   * Reads in one consistent call: the lease, and whether a freeze covers all consumers or its own.
   */
  admission(
    id: LeaseId,
    consumer: ConsumerId,
  ): Promise<{ readonly lease: Lease | null; readonly freezes: readonly Freeze[] }>;
};
