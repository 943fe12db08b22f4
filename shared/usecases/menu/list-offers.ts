// The menu, as snapshots have it: a read never reaches a provider.

import { Failure } from '../../core/base/failure.ts';
import type { OfferId } from '../../core/base/ids.ts';
import type { MicroUsdPerHour } from '../../core/base/money.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { allInRate, meets, type Offer, type Requirement } from '../../core/instance/offer.ts';
import type { MenuStore, Snapshot } from '../../ports/menu-store.ts';

export type ListOffersPorts = {
  readonly menu: MenuStore;
  readonly providerNames: readonly ProviderName[];
};

/** An offer, what an hour of it costs, and when it was seen. */
export type ListedOffer = {
  readonly offer: Offer;
  readonly rate: MicroUsdPerHour;
  readonly observedAt: EpochMs;
};

/** Where an offer stands in the list: by rate, then by id. */
export type OfferPlace = { readonly id: OfferId; readonly rate: MicroUsdPerHour };

export type ListOffersInput = {
  readonly requirement: Requirement;
  readonly after: OfferPlace | null;
  readonly limit: number;
};

export type OfferPage = {
  readonly offers: readonly ListedOffer[];
  readonly next: OfferPlace | null;
};

const placeOf = ({ offer, rate }: ListedOffer): OfferPlace => ({ id: offer.id, rate });

const compare = (a: OfferPlace, b: OfferPlace): number =>
  a.rate - b.rate || (a.id < b.id ? -1 : Number(a.id > b.id));

async function snapshotsOf(ports: ListOffersPorts): Promise<readonly Snapshot[]> {
  const snapshots = await Promise.all(ports.providerNames.map((name) => ports.menu.current(name)));
  return snapshots.filter((snapshot) => snapshot !== null);
}

/** Offers that meet the requirement, cheapest first, one page. Throws StoreDown. */
export function createListOffers(ports: ListOffersPorts) {
  return async ({ requirement, after, limit }: ListOffersInput): Promise<OfferPage> => {
    const seen = (await snapshotsOf(ports)).flatMap(({ offers, takenAt }) =>
      offers
        .filter((offer) => meets(offer, requirement))
        .map((offer) => ({
          offer,
          rate: allInRate(offer, requirement.diskGb),
          observedAt: takenAt,
        })),
    );
    const rest = after === null ? seen : seen.filter((one) => compare(placeOf(one), after) > 0);
    const page = rest.sort((a, b) => compare(placeOf(a), placeOf(b))).slice(0, limit);
    const last = page.at(-1);
    const ends = last === undefined || rest.length <= limit;
    return { offers: page, next: ends ? null : placeOf(last) };
  };
}

/** One offer of the menu, priced with a disk of `diskGb`. Throws NotFound, StoreDown. */
export function createReadOffer(ports: ListOffersPorts) {
  return async (input: { readonly id: OfferId; readonly diskGb: number }): Promise<ListedOffer> => {
    for (const { offers, takenAt } of await snapshotsOf(ports)) {
      const offer = offers.find(({ id }) => id === input.id);
      if (offer === undefined) continue;
      return { offer, rate: allInRate(offer, input.diskGb), observedAt: takenAt };
    }
    throw new Failure('NotFound', `the menu has no offer ${input.id}`, { field: 'id' });
  };
}
