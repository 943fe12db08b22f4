// Ranks offers for a lease: those within its requirement and limits, cheapest first.

import {
  amountOf,
  cost,
  type MicroUsd,
  type MicroUsdPerHour,
  microUsd,
  sum,
} from '../base/money.ts';
import type { EpochMs } from '../base/time.ts';
import { allInRate, meets, type Offer, type Requirement } from '../instance/offer.ts';
import type { Terms } from '../lease/lease.ts';

/** The limits of an offer besides the requirement. */
export type Limits = {
  readonly ceiling: MicroUsdPerHour;
  /** The maximum price of a gigabyte of transfer, up or down. */
  readonly transferCeiling: MicroUsd;
  /**
   * The lease of an instance that can't report its transfer: the whole allowance counts as used.
   * Null when transfer is reported.
   */
  readonly unreported: Pick<Terms, 'duration' | 'transferGb'> | null;
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

/** What offers are compared by: their rate, or their cost with transfer that is not reported. */
function comparedBy(offer: Offer, { diskGb }: Requirement, { unreported }: Limits): number {
  const rate = allInRate(offer, diskGb);
  if (unreported === null) return rate;
  const perGb = microUsd(Math.max(offer.uploadMicroUsdPerGb, offer.downloadMicroUsdPerGb));
  return sum(cost(rate, unreported.duration), amountOf(perGb, unreported.transferGb));
}

/**
 * Candidates within requirement and limits, cheapest first; at equal cost the more reliable first,
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
        comparedBy(a, wanted, limits) - comparedBy(b, wanted, limits) ||
        b.reliabilityPermille - a.reliabilityPermille ||
        (a.id < b.id ? -1 : 1),
    );
  if (ranked.length > 0) return { kind: 'ranked', offers: ranked };
  const cheapest = fitting.reduce((best, offer) => (rate(offer) < rate(best) ? offer : best));
  return { kind: 'over-budget', cheapest: allInRate(cheapest, wanted.diskGb) };
}
