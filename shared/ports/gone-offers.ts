// Stores offers that a create call found to be gone. Each write is one conditional write of one
// item. All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { EpochMs } from '../core/base/time.ts';
import type { Offer } from '../core/instance/offer.ts';

/** Offers that a create call found to be gone: a hint that may be lost. */
export type GoneOffers = {
  /**
   * Excludes the offer from `current` until the next snapshot. `at` is when it was found to be
   * gone: a newer snapshot stays unchanged. Safe to repeat. Throws StoreDown.
   */
  recordGone(offer: Pick<Offer, 'id' | 'provider'>, at: EpochMs): Promise<void>;
};
