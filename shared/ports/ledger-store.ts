// Where ledger entries are kept. Each write is one item under one condition.
// All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { ConsumerId } from '../core/base/ids.ts';
import type { EpochMs } from '../core/base/time.ts';
import type { Span } from '../core/billing/days.ts';
import type { EntryPlace, LedgerEntry } from '../core/ledger/entry.ts';

export type LedgerStore = {
  /** Adds an entry; one that is there already is left as it is. */
  append(entry: LedgerEntry): Promise<void>;
  /** All entries of a consumer from then on, in the same order. */
  since(consumer: ConsumerId, from: EpochMs): Promise<readonly LedgerEntry[]>;
  /** All entries of a consumer, in order of time, lease and sequence. */
  entries(consumer: ConsumerId): Promise<readonly LedgerEntry[]>;
  /**
   * Those of a span after `after`, in the same order, at most `limit` (1,000 at most: a page of
   * DynamoDB holds 1 MB, and no entry 1 KB). Fewer than `limit` are the last ones.
   */
  page(
    request: Span & {
      readonly consumer: ConsumerId;
      readonly after: EntryPlace | null;
      readonly limit: number;
    },
  ): Promise<readonly LedgerEntry[]>;
};
