// The client's methods for the menu.

import type { Query } from './replies.ts';
import type { CallOptions, Send } from './transport.ts';

/** One method for each route; all are safe to repeat. */
export function menuMethods(call: Send) {
  return {
    /** A page of the menu, cheapest first. */
    listOffers: (query: Query<'listOffers'> = {}, { signal }: CallOptions = {}) =>
      call('listOffers', { query, signal }),

    readOffer: (id: string, query: Query<'readOffer'> = {}, { signal }: CallOptions = {}) =>
      call('readOffer', { params: { id }, query, signal }),
  };
}
