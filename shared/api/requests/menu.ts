// The places of pages of the menu.

import * as z from 'zod/mini';
import { OfferId } from '../../core/base/ids.ts';
import { MicroUsdPerHour } from '../../core/base/money.ts';

/** The last offer of a page, in the order of the list. */
export const OfferPlace = z.object({ id: OfferId, rate: MicroUsdPerHour });
