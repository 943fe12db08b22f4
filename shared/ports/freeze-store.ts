// Where freezes are kept. Each write is one item under one condition.
// All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { ConsumerId, LeaseId } from '../core/base/ids.ts';
import type { Lease } from '../core/lease/lease.ts';
import type { Freeze, FreezeScope } from '../core/operations/freeze.ts';

/** What operators have frozen. */
export type FreezeStore = {
  /** A consistent read of every record, those of thawed scopes included. */
  all(): Promise<readonly Freeze[]>;
  get(scope: FreezeScope): Promise<Freeze | null>;
  /** Replaces version `freeze.version - 1`; `conflict` when the record has moved on. */
  commit(freeze: Freeze): Promise<'committed' | 'conflict'>;
  /** In one consistent call: the lease, and what is frozen for everybody or for its consumer. */
  admission(
    id: LeaseId,
    consumer: ConsumerId,
  ): Promise<{ readonly lease: Lease | null; readonly freezes: readonly Freeze[] }>;
};
