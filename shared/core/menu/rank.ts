// Ranks offers for a lease: those within its requirement and limits, cheapest first.

import type { MicroUsd, MicroUsdPerHour } from '../base/money.ts';
import type { EpochMs } from '../base/time.ts';
import { allInRate, meets, type Offer, type Requirement } from '../instance/offer.ts';

/** The limits of an offer besides the requirement. */
export type Limits = {
  readonly ceiling: MicroUsdPerHour;
  /** The maximum price of a gigabyte of transfer, up or down. */
  readonly transferCeiling: MicroUsd;
  /** The instance must be available until then. */
  readonly neededUntil: EpochMs;
  /** Hosts on which an attempt of this lease has failed. */
  readonly failedHosts: readonly string[];
  /** Providers that refused create for every offer. */
  readonly failedProviders: readonly string[];
};

/** The name of a host, unique across providers, as in `Limits.failedHosts`. */
export const hostOf = (offer: Offer): string => `${offer.provider}/${offer.hostId}`;

const allowed = (offer: Offer, limits: Limits): boolean =>
  !limits.failedHosts.includes(hostOf(offer)) &&
  !limits.failedProviders.includes(offer.provider) &&
  (offer.availableUntil === null || offer.availableUntil >= limits.neededUntil) &&
  offer.uploadMicroUsdPerGb <= limits.transferCeiling &&
  offer.downloadMicroUsdPerGb <= limits.transferCeiling;

/** The outcome of a ranking: the candidates, or why there is none. */
export type Ranking =
  | { readonly kind: 'ranked'; readonly offers: readonly Offer[] }
  | { readonly kind: 'no-offer' }
  | { readonly kind: 'over-budget'; readonly cheapest: MicroUsdPerHour };

/**
 * Candidates within requirement and limits, cheapest first; at equal rates the more reliable first,
 * then by id, so that the order does not depend on the input. `over-budget`: offers exist, but all
 * of them are above the ceiling.
 */
export function rankOffers(offers: readonly Offer[], wanted: Requirement, limits: Limits): Ranking {
  const rate = (offer: Offer): number => allInRate(offer, wanted.diskGb);
  const fitting = offers.filter((offer) => meets(offer, wanted) && allowed(offer, limits));
  if (fitting.length === 0) return { kind: 'no-offer' };
  const ranked = fitting
    .filter((offer) => rate(offer) <= limits.ceiling)
    .sort(
      (a, b) =>
        rate(a) - rate(b) ||
        b.reliabilityPermille - a.reliabilityPermille ||
        (a.id < b.id ? -1 : 1),
    );
  if (ranked.length > 0) return { kind: 'ranked', offers: ranked };
  const cheapest = fitting.reduce((best, offer) => (rate(offer) < rate(best) ? offer : best));
  return { kind: 'over-budget', cheapest: allInRate(cheapest, wanted.diskGb) };
}
