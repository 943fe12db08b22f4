// The replies of menu routes.

import * as z from 'zod/mini';
import { OfferId } from '../../../core/base/ids.ts';
import { MicroUsd, MicroUsdPerHour } from '../../../core/base/money.ts';
import { ProviderName } from '../../../core/base/providers.ts';
import { NextCursor } from '../fields.ts';

export const OfferReply = z.strictObject({
  id: OfferId,
  provider: ProviderName,
  gpuName: z.string(),
  gpuCount: z.int(),
  vramGb: z.int(),
  country: z.nullable(z.string()),
  reliabilityPermille: z.int(),
  /** The rate of GPUs and disk, without transfer. */
  microUsdPerHour: MicroUsdPerHour,
  gpuMicroUsdPerHour: MicroUsdPerHour,
  diskMicroUsdPerGbHour: MicroUsdPerHour,
  uploadMicroUsdPerGb: MicroUsd,
  downloadMicroUsdPerGb: MicroUsd,
});
export type OfferReply = z.infer<typeof OfferReply>;

/** An offer with the age of its menu. */
export const ListedOfferReply = z.extend(OfferReply, { ageSeconds: z.int() });
export type ListedOfferReply = z.infer<typeof ListedOfferReply>;

export const OffersReply = z.strictObject({
  offers: z.array(ListedOfferReply),
  nextCursor: NextCursor,
});
export type OffersReply = z.infer<typeof OffersReply>;

export const menuReplies = { listOffers: OffersReply, readOffer: ListedOfferReply } as const;
