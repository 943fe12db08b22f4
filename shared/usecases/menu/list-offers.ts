// Reads offers from snapshots: a read never calls a provider.

import { Failure } from '../../core/base/failure.ts';
import type { OfferId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import {
  findOffer,
  type ListedOffer,
  type OfferPage,
  type OfferQuery,
  pageOfOffers,
} from '../../core/menu/catalog.ts';
import {
  type CurrentSnapshots,
  type CurrentSnapshotsPorts,
  currentSnapshots,
} from './current-snapshots.ts';

/** Throws NoMenu: without any snapshot, nothing is known about offers. */
function requireMenu({ providerNames }: CurrentSnapshotsPorts, read: CurrentSnapshots): void {
  if (read.snapshots.length > 0 || providerNames.length === 0) return;
  read.requireAll();
  const message = 'no menu yet: the first offers are being read; try again in a few seconds';
  throw new Failure('NoMenu', message, { retryAfter: policy.menu.firstWait });
}

/**
 * Lists offers that meet the requirement, cheapest first, one page. Throws NoMenu, StoreDown.
 */
export function createListOffers(ports: CurrentSnapshotsPorts) {
  return async (query: OfferQuery): Promise<OfferPage> => {
    const read = await currentSnapshots(ports);
    requireMenu(ports, read);
    return pageOfOffers(read.snapshots, query);
  };
}

/** Reads one offer, priced with a disk of `diskGb`. Throws NotFound, NoMenu, StoreDown. */
export function createReadOffer(ports: CurrentSnapshotsPorts) {
  return async (input: { readonly id: OfferId; readonly diskGb: number }): Promise<ListedOffer> => {
    const read = await currentSnapshots(ports);
    requireMenu(ports, read);
    const offer = findOffer(read.snapshots, input);
    if (offer !== null) return offer;
    read.requireAll();
    throw new Failure('NotFound', `offer ${input.id} not found`, { field: 'id' });
  };
}
