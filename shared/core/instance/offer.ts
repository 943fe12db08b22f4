// An offer of a provider, with its rates, and whether it meets a requirement.

import * as z from 'zod/mini';
import { OfferId } from '../base/ids.ts';
import { MicroUsd, MicroUsdPerHour, rateOf, sumRates } from '../base/money.ts';
import { ProviderName } from '../base/providers.ts';
import { EpochMs } from '../base/time.ts';

const count = z.int().check(z.gte(1));

export const Offer = z.object({
  id: OfferId,
  provider: ProviderName,
  /** The id for the provider's create call. */
  providerOfferId: z.string(),
  /** The physical host: several offers may share one. */
  hostId: z.string(),
  gpuName: z.string(),
  gpuCount: count,
  /** Memory of each GPU in whole GiB, as the card is sold. */
  vramGb: count,
  /** Two-letter country code; null when unknown. */
  country: z.nullable(z.string()),
  /** The provider's reliability score, 0 to 1,000. */
  reliabilityPermille: z.int().check(z.gte(0), z.lte(1000)),
  /** The maximum disk size of the host. */
  maxDiskGb: z.number(),
  gpuMicroUsdPerHour: MicroUsdPerHour,
  diskMicroUsdPerGbHour: MicroUsdPerHour,
  uploadMicroUsdPerGb: MicroUsd,
  downloadMicroUsdPerGb: MicroUsd,
  /** The faster direction of its network link, in megabits per second; null when unknown. */
  linkMbps: z._default(z.nullable(count), null),
  /** Until when the host is available; null when unknown. */
  availableUntil: z.nullable(EpochMs),
});
export type Offer = z.infer<typeof Offer>;

/** The requirements for an instance. Names are those of the providers; an empty list means any. */
export const Requirement = z.object({
  gpuNames: z.array(z.string()),
  gpuCount: count,
  minVramGb: z.int().check(z.gte(0)),
  countries: z.array(z.string()),
  providers: z.array(ProviderName),
  diskGb: count,
});
export type Requirement = z.infer<typeof Requirement>;

/** The hourly cost of the offer with a disk of `diskGb`, without transfer. */
export function allInRate(offer: Offer, diskGb: number): MicroUsdPerHour {
  return sumRates(offer.gpuMicroUsdPerHour, rateOf(offer.diskMicroUsdPerGbHour, diskGb));
}

const among = (wanted: readonly string[], value: string | null): boolean =>
  wanted.length === 0 || (value !== null && wanted.includes(value));

/** Whether the offer meets the requirement, at any price. */
export function meets(offer: Offer, wanted: Requirement): boolean {
  return (
    among(wanted.gpuNames, offer.gpuName) &&
    among(wanted.countries, offer.country) &&
    among(wanted.providers, offer.provider) &&
    offer.gpuCount === wanted.gpuCount &&
    offer.vramGb >= wanted.minVramGb &&
    offer.maxDiskGb >= wanted.diskGb
  );
}
