// Reads offers from snapshots: a read never calls a provider.

import { Failure } from '../../core/base/failure.ts';
import type { OfferId } from '../../core/base/ids.ts';
import {
  findOffer,
  type ListedOffer,
  type OfferPage,
  type OfferQuery,
  pageOfOffers,
} from '../../core/menu/catalog.ts';
import { type CurrentSnapshotsPorts, currentSnapshots } from './current-snapshots.ts';

/** Lists offers that meet the requirement, cheapest first, one page. Throws StoreDown. */
export function createListOffers(ports: CurrentSnapshotsPorts) {
  return async (query: OfferQuery): Promise<OfferPage> =>
    pageOfOffers(await currentSnapshots(ports), query);
}

/** Reads one offer, priced with a disk of `diskGb`. Throws NotFound, StoreDown. */
export function createReadOffer(ports: CurrentSnapshotsPorts) {
  return async (input: { readonly id: OfferId; readonly diskGb: number }): Promise<ListedOffer> => {
    const offer = findOffer(await currentSnapshots(ports), input);
    if (offer !== null) return offer;
    throw new Failure('NotFound', `offer ${input.id} not found`, { field: 'id' });
  };
}
