// Stores the period in which heartbeats could reach this service: one item. Both methods throw
// StoreDown and are safe to repeat.

import type { Ingest } from '../core/lease/ingest.ts';

export type IngestStore = {
  /** A consistent read; null when nothing is recorded, or the record is unreadable. */
  get(): Promise<Ingest | null>;
  /** Stores the period, unless a later heartbeat is recorded already. */
  put(ingest: Ingest): Promise<void>;
};
