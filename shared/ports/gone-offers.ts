// Where offers are noted that a create call found gone. Each write is one item under one condition.
// All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { EpochMs } from '../core/base/time.ts';
import type { Offer } from '../core/instance/offer.ts';

/** Offers that a create found to be gone: a hint, which proves nothing and may be lost. */
export type GoneOffers = {
  /**
   * Keeps the offer out of `current` until the next snapshot. `at` is when it was found to be gone:
   * a newer snapshot knows better and is left alone. Safe to repeat. Throws StoreDown.
   */
  passOver(offer: Pick<Offer, 'id' | 'provider'>, at: EpochMs): Promise<void>;
};
