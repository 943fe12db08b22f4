// Stores snapshots of offers. Each write is one conditional write of one item. All may throw
// StoreDown; every method is safe to repeat unless it says otherwise.

import type { ProviderName } from '../core/base/providers.ts';
import type { Snapshot } from '../core/menu/snapshot.ts';

export type MenuStore = {
  /**
   * Writes the snapshot, then the pointer to it; an older snapshot never replaces a newer one.
   * Throws Conflict when offers were marked during every retry.
   */
  publish(snapshot: Snapshot): Promise<void>;
  /**
   * The current snapshot without marked offers, parsed once per version; null before the
   * first refresh. When it is damaged, the one before. Throws StoreDown when neither can be read.
   */
  current(provider: ProviderName): Promise<Snapshot | null>;
};
