// Where snapshots of offers are kept. Each write is one item under one condition.
// All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { ProviderName } from '../core/base/providers.ts';
import type { Snapshot } from '../core/menu/snapshot.ts';

export type MenuStore = {
  /** Writes the snapshot, then points at it; an older snapshot never replaces a newer one. */
  publish(snapshot: Snapshot): Promise<void>;
  /**
   * The current snapshot without offers that were found to be gone since, parsed once per version;
   * null before the first refresh.
   */
  current(provider: ProviderName): Promise<Snapshot | null>;
};
