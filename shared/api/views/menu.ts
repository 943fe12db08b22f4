// The replies for offers.

import { between, type EpochMs } from '../../core/base/time.ts';
import { allInRate, type Offer } from '../../core/instance/offer.ts';
import type { ListedOffer, OfferPage } from '../../core/menu/catalog.ts';
import type { ListedOfferReply, OfferReply, OffersReply } from '../contract/replies/menu.ts';
import type { Cursors } from '../cursor.ts';

/** An offer with its rate for a disk of `diskGb`. */
export function offerView(offer: Offer, diskGb: number): OfferReply {
  return {
    id: offer.id,
    provider: offer.provider,
    gpuName: offer.gpuName,
    gpuCount: offer.gpuCount,
    vramGb: offer.vramGb,
    country: offer.country,
    reliabilityPermille: offer.reliabilityPermille,
    microUsdPerHour: allInRate(offer, diskGb),
    gpuMicroUsdPerHour: offer.gpuMicroUsdPerHour,
    diskMicroUsdPerGbHour: offer.diskMicroUsdPerGbHour,
    uploadMicroUsdPerGb: offer.uploadMicroUsdPerGb,
    downloadMicroUsdPerGb: offer.downloadMicroUsdPerGb,
  };
}

type Pricing = { readonly diskGb: number; readonly now: EpochMs };

/** An offer with its age at `now`. */
export function listedOfferView(
  { offer, observedAt }: ListedOffer,
  { diskGb, now }: Pricing,
): ListedOfferReply {
  const ageSeconds = Math.round(between(observedAt, now) / 1_000);
  return { ...offerView(offer, diskGb), ageSeconds };
}

export const offersView = (
  { offers, next }: OfferPage,
  pricing: Pricing,
  cursors: Cursors,
): OffersReply => ({
  offers: offers.map((offer) => listedOfferView(offer, pricing)),
  nextCursor: cursors.write(next),
});
