// From parsed requests about the menu to what use cases take.

import * as z from 'zod/mini';
import { OfferId } from '../../core/base/ids.ts';
import { MicroUsdPerHour } from '../../core/base/money.ts';

/** In the list of offers: the last one of a page, by what the list is ordered by. */
export const OfferPlace = z.object({ id: OfferId, rate: MicroUsdPerHour });
