// Stores ledger entries. Each write is one conditional write of one item. All may throw StoreDown;
// every method is safe to repeat unless it says otherwise.

import type { ConsumerId } from '../core/base/ids.ts';
import type { EpochMs } from '../core/base/time.ts';
import type { Span } from '../core/billing/days.ts';
import type { EntryPlace, LedgerEntry } from '../core/ledger/entry.ts';
import type { ReportUnreadable } from './unreadable.ts';

export type LedgerStore = {
  /** Adds an entry; an existing one stays unchanged. */
  append(entry: LedgerEntry): Promise<void>;
  /**
   * All entries of a consumer since `from`, in the same order. Unreadable ones are left out and
   * reported.
   */
  since(
    consumer: ConsumerId,
    from: EpochMs,
    report: ReportUnreadable,
  ): Promise<readonly LedgerEntry[]>;
  /** All entries of a consumer, in order of time, lease and sequence. */
  entries(consumer: ConsumerId): Promise<readonly LedgerEntry[]>;
  /**
   * Entries of a span after `after`, in the same order, at most `limit` (at most 1,000: a DynamoDB
   * page holds 1 MB, and an entry is below 1 KB). Fewer than `limit` are the last ones. Unreadable
   * ones are left out and reported.
   */
  page(
    request: Span & {
      readonly consumer: ConsumerId;
      readonly after: EntryPlace | null;
      readonly limit: number;
    },
    report: ReportUnreadable,
  ): Promise<readonly LedgerEntry[]>;
};
