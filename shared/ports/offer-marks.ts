// Marks of offers that are not to be had: a create call found them gone, or they are taken. All
// leases pass them over. A mark is a hint that may be lost.

import type { EpochMs } from '../core/base/time.ts';
import type { Offer } from '../core/instance/offer.ts';

export type OfferMarks = {
  /**
   * Leaves the offer out of the menu until a snapshot whose search started after `at`, and after
   * the time that the provider's search may lag. Safe to repeat. Throws StoreDown.
   */
  mark(offer: Pick<Offer, 'id' | 'provider'>, at: EpochMs): Promise<void>;
};
