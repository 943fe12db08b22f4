// Where the reports of closed days are kept. Each write is one item under one condition.
// All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { ConsumerId } from '../core/base/ids.ts';
import type { Day } from '../core/billing/days.ts';
import type { DayReport } from '../core/billing/report.ts';

/** Days whose books are closed: nothing is entered for them any more. */
export type DayStore = {
  /** Keeps a day's report; one that is there already is left as it is. */
  close(report: DayReport): Promise<void>;
  /** Closed days from `first` until before `end`, in order. */
  between(
    consumer: ConsumerId,
    days: { readonly first: Day; readonly end: Day },
  ): Promise<readonly DayReport[]>;
  /** The last day that was closed; null before the first. */
  last(consumer: ConsumerId): Promise<Day | null>;
};
