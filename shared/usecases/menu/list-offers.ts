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
  return async (query: OfferQuery): Promise<OfferPage> => {
    const { snapshots, requireAll } = await currentSnapshots(ports);
    if (snapshots.length === 0) requireAll();
    return pageOfOffers(snapshots, query);
  };
}

/** Reads one offer, priced with a disk of `diskGb`. Throws NotFound, StoreDown. */
export function createReadOffer(ports: CurrentSnapshotsPorts) {
  return async (input: { readonly id: OfferId; readonly diskGb: number }): Promise<ListedOffer> => {
    const { snapshots, requireAll } = await currentSnapshots(ports);
    const offer = findOffer(snapshots, input);
    if (offer !== null) return offer;
    requireAll();
    throw new Failure('NotFound', `offer ${input.id} not found`, { field: 'id' });
  };
}
