// Stores the reports of closed days. Each write is one conditional write of one item. All may throw
// StoreDown; every method is safe to repeat unless it says otherwise.

import type { ConsumerId } from '../core/base/ids.ts';
import type { Day } from '../core/billing/days.ts';
import type { DayReport } from '../core/billing/report.ts';
import type { ReportUnreadable } from './unreadable.ts';

/** Days with closed books: they get no more entries. */
export type DayStore = {
  /** Stores a day's report; an existing one stays unchanged. */
  close(report: DayReport): Promise<void>;
  /**
   * Closed days from `first` until just before `end`, in order. Unreadable ones are left out and
   * reported: the entries of those days have the same sums.
   */
  between(
    consumer: ConsumerId,
    days: { readonly first: Day; readonly end: Day },
    report: ReportUnreadable,
  ): Promise<readonly DayReport[]>;
  /** The last closed day; null before the first. */
  last(consumer: ConsumerId): Promise<Day | null>;
};
