// Stores records of sweeps and counts of silent leases. Each write is one conditional write of one
// item. All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { ProviderName } from '../core/base/providers.ts';
import type { EpochMs } from '../core/base/time.ts';
import type { SweepRecord } from '../core/sweep/record.ts';
import type { ReportUnreadable } from './unreadable.ts';

/** The records of sweeps, and how many leases became silent at which time. */
export type SweepStore = {
  /** The record of the newest sweep; null before the first, and reported when it is unreadable. */
  last(provider: ProviderName, report?: ReportUnreadable): Promise<SweepRecord | null>;
  /** Stores the record of a sweep; an older one never replaces a newer one. */
  record(record: SweepRecord): Promise<void>;
  /** Counts one silent lease at `at`. NOT safe to repeat: it counts again. */
  countSilence(at: EpochMs): Promise<void>;
  /**
   * How many were counted from `from` until `until`, in whole minutes. Unreadable counters are left
   * out and reported.
   */
  silences(from: EpochMs, until: EpochMs, report: ReportUnreadable): Promise<number>;
};
