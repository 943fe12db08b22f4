// The menu, as snapshots have it: a read never reaches a provider.

import type { ProviderName } from '../core/ids.ts';
import { allInRate, meets, type Offer, type Requirement } from '../core/offer.ts';
import type { EpochMs } from '../core/time.ts';
import type { MenuStore } from '../ports/stores.ts';

export type ListOffersPorts = {
  readonly menu: MenuStore;
  readonly providerNames: readonly ProviderName[];
};

/** An offer and when it was seen. */
export type SeenOffer = { readonly offer: Offer; readonly observedAt: EpochMs };

/** Offers that meet the requirement, cheapest first, at most `limit`. Throws StoreDown. */
export function makeListOffers(ports: ListOffersPorts) {
  return async (input: {
    readonly requirement: Requirement;
    readonly limit: number;
  }): Promise<readonly SeenOffer[]> => {
    const { requirement: wanted, limit } = input;
    const snapshots = await Promise.all(
      ports.providerNames.map((name) => ports.menu.current(name)),
    );
    return snapshots
      .filter((snapshot) => snapshot !== null)
      .flatMap(({ offers, takenAt }) =>
        offers
          .filter((offer) => meets(offer, wanted))
          .map((offer) => ({ offer, observedAt: takenAt })),
      )
      .sort((a, b) => allInRate(a.offer, wanted.diskGb) - allInRate(b.offer, wanted.diskGb))
      .slice(0, limit);
  };
}
