// The list of offers for API callers: offers with their hourly cost, cheapest first, in pages.

import type { OfferId } from '../base/ids.ts';
import type { MicroUsdPerHour } from '../base/money.ts';
import type { EpochMs } from '../base/time.ts';
import { allInRate, meets, type Offer, type Requirement } from '../instance/offer.ts';
import type { Snapshot } from './snapshot.ts';

/** An offer with its hourly cost, and when it was read from the provider. */
export type ListedOffer = {
  readonly offer: Offer;
  readonly rate: MicroUsdPerHour;
  readonly observedAt: EpochMs;
};

/** The position of an offer in the list: by rate, then by id. */
type OfferPlace = { readonly id: OfferId; readonly rate: MicroUsdPerHour };

export type OfferQuery = {
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

function listed(offer: Offer, diskGb: number, observedAt: EpochMs): ListedOffer {
  return { offer, rate: allInRate(offer, diskGb), observedAt };
}

/** One page of the offers that meet the requirement, the cheapest first. */
export function pageOfOffers(
  snapshots: readonly Snapshot[],
  { requirement, after, limit }: OfferQuery,
): OfferPage {
  const meeting = snapshots.flatMap(({ offers, takenAt }) =>
    offers
      .filter((offer) => meets(offer, requirement))
      .map((offer) => listed(offer, requirement.diskGb, takenAt)),
  );
  const rest = meeting.filter((each) => after === null || compare(placeOf(each), after) > 0);
  const page = rest.toSorted((a, b) => compare(placeOf(a), placeOf(b))).slice(0, limit);
  const last = page.at(-1);
  const ends = last === undefined || rest.length <= limit;
  return { offers: page, next: ends ? null : placeOf(last) };
}

/** The offer with this id, priced with a disk of `diskGb`; null when there is none. */
export function findOffer(
  snapshots: readonly Snapshot[],
  { id, diskGb }: { readonly id: OfferId; readonly diskGb: number },
): ListedOffer | null {
  for (const { offers, takenAt } of snapshots) {
    const offer = offers.find((each) => each.id === id);
    if (offer !== undefined) return listed(offer, diskGb, takenAt);
  }
  return null;
}
