// Which offers a lease may take, and in which order: those within its requirement and limits, the
// cheapest first.

import type { MicroUsd, MicroUsdPerHour } from '../base/money.ts';
import type { EpochMs } from '../base/time.ts';
import { allInRate, meets, type Offer, type Requirement } from '../instance/offer.ts';

/** What rules an offer out beside the requirement. */
export type Limits = {
  readonly ceiling: MicroUsdPerHour;
  /** The most a gigabyte of transfer may cost, up or down. */
  readonly transferCeiling: MicroUsd;
  /** The instance must be available until then. */
  readonly neededUntil: EpochMs;
  /** Hosts on which an attempt of this lease already failed. */
  readonly failedHosts: readonly string[];
  /** Providers that refused for want of funds. */
  readonly failedProviders: readonly string[];
};

/** A host's name across providers, as `Limits.failedHosts` lists it. */
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
 * Candidates within requirement and limits, cheapest first; of equal rate the more reliable, then
 * by id, so that the order never depends on how the menu was read. `over-budget` means that offers
 * exist, but all above the ceiling.
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
