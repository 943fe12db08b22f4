// Refresh: one complete search of a provider becomes the snapshot that all reads of offers use.

import type { ProviderName } from '../../core/base/providers.ts';
import { leftOutInWords, type Snapshot, snapshotOf } from '../../core/menu/snapshot.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MenuStore } from '../../ports/menu-store.ts';
import type { Providers } from '../common/listing.ts';

export type RefreshOffersPorts = {
  readonly providers: Providers;
  readonly menu: MenuStore;
  readonly clock: Clock;
  /** Logs what was left out. */
  readonly warn: (message: string) => void;
};

/**
 * Replaces the snapshot of one provider. A failed search leaves the old snapshot, whose age is
 * reported. Safe to repeat. Throws what search throws, StoreDown.
 */
export function createRefreshOffers(ports: RefreshOffersPorts) {
  return async ({ provider }: { readonly provider: ProviderName }): Promise<Snapshot> => {
    const takenAt = ports.clock.now();
    const { offers, unreadable } = await ports.providers(provider).search();
    const leftOut = leftOutInWords(provider, unreadable);
    if (leftOut !== null) ports.warn(leftOut);
    const snapshot = snapshotOf(provider, offers, takenAt);
    await ports.menu.publish(snapshot);
    return snapshot;
  };
}
