// Where records of sweeps and counts of silent leases are kept. Each write is one item under one
// condition. All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { ProviderName } from '../core/base/providers.ts';
import type { EpochMs } from '../core/base/time.ts';
import type { SweepRecord } from '../core/sweep/record.ts';

/** What sweeps saw, and how many leases fell silent when. */
export type SweepStore = {
  /** The newest sweep's record; null before the first. */
  last(provider: ProviderName): Promise<SweepRecord | null>;
  /** Keeps the record of a sweep; an older one never replaces a newer one. */
  record(record: SweepRecord): Promise<void>;
  /** Counts one lease that is silent at that instant. NOT safe to repeat: it counts again. */
  countSilence(at: EpochMs): Promise<void>;
  /** How many were counted from one instant to another, by whole minutes that are touched. */
  silences(from: EpochMs, until: EpochMs): Promise<number>;
};
