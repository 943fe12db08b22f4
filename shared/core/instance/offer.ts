// What a provider would lease now, at a rate, and which offers meet a requirement.

import * as z from 'zod/mini';
import { OfferId } from '../base/ids.ts';
import { MicroUsd, MicroUsdPerHour, rateOf, sumRates } from '../base/money.ts';
import { ProviderName } from '../base/providers.ts';
import { EpochMs } from '../base/time.ts';

const count = z.int().check(z.gte(1));

export const Offer = z.object({
  id: OfferId,
  provider: ProviderName,
  /** The id the provider's own create call takes. */
  providerOfferId: z.string(),
  /** The physical instance: several offers may share one. */
  hostId: z.string(),
  gpuName: z.string(),
  gpuCount: count,
  /** Memory of each GPU, in whole gibibytes as the card is sold. */
  vramGb: count,
  /** Two letters, or null where the host doesn't say. */
  country: z.nullable(z.string()),
  /** The provider's own measure, 0 to 1,000. */
  reliabilityPermille: z.int().check(z.gte(0), z.lte(1000)),
  /** The largest disk the host can give. */
  maxDiskGb: z.number(),
  gpuMicroUsdPerHour: MicroUsdPerHour,
  diskMicroUsdPerGbHour: MicroUsdPerHour,
  uploadMicroUsdPerGb: MicroUsd,
  downloadMicroUsdPerGb: MicroUsd,
  /** When the host takes the instance back, or null where it doesn't say. */
  availableUntil: z.nullable(EpochMs),
});
export type Offer = z.infer<typeof Offer>;

/** What an instance must be. Names are the providers' own; empty lists mean any. */
export const Requirement = z.object({
  gpuNames: z.array(z.string()),
  gpuCount: count,
  minVramGb: z.int().check(z.gte(0)),
  countries: z.array(z.string()),
  providers: z.array(ProviderName),
  diskGb: count,
});
export type Requirement = z.infer<typeof Requirement>;

/** What an hour of the offer costs with a disk of `diskGb`; transfer comes on top. */
export function allInRate(offer: Offer, diskGb: number): MicroUsdPerHour {
  return sumRates(offer.gpuMicroUsdPerHour, rateOf(offer.diskMicroUsdPerGbHour, diskGb));
}

const among = (wanted: readonly string[], value: string | null): boolean =>
  wanted.length === 0 || (value !== null && wanted.includes(value));

/** Whether the offer is the kind of instance that was asked for, whatever it costs. */
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
