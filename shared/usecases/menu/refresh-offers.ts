// Refresh: one complete search of a provider becomes the snapshot that all reads of the menu use.

import type { ProviderName } from '../../core/base/providers.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MenuStore, Snapshot } from '../../ports/menu-store.ts';
import type { Providers } from '../common/listing.ts';

export type RefreshOffersPorts = {
  readonly providers: Providers;
  readonly menu: MenuStore;
  readonly clock: Clock;
};

/**
 * Replaces the snapshot of one provider. A search that fails leaves the old one, whose age shows.
 * Safe to repeat. Throws what search throws, StoreDown.
 */
export function createRefreshOffers(ports: RefreshOffersPorts) {
  return async ({ provider }: { readonly provider: ProviderName }): Promise<Snapshot> => {
    const takenAt = ports.clock.now();
    const offers = await ports.providers(provider).search();
    // Sorts like the time it was taken, so that versions of one provider are in order.
    const version = String(takenAt).padStart(15, '0');
    const snapshot = { provider, version, takenAt, offers };
    await ports.menu.publish(snapshot);
    return snapshot;
  };
}
