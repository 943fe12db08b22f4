// Which offers meet a requirement, what they cost, and the laws of their ranking.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brandId, OfferId } from '../../../../shared/core/base/ids.ts';
import { microUsd, microUsdPerHour } from '../../../../shared/core/base/money.ts';
import type { ProviderName } from '../../../../shared/core/base/providers.ts';
import { hours } from '../../../../shared/core/base/time.ts';
import {
  allInRate,
  meets,
  Offer,
  type Requirement,
} from '../../../../shared/core/instance/offer.ts';
import { hostOf, type Limits, rankOffers } from '../../../../shared/core/menu/rank.ts';
import { at } from '../../../support/builders/base.ts';
import { anOffer, aRequirement } from '../../../support/builders/instance.ts';
import { someTerms } from '../../../support/builders/lease.ts';

const offerId = (number: number) => brandId(OfferId, `vastai_${number}`);

function someLimits(change: Partial<Limits> = {}): Limits {
  return {
    ceiling: microUsdPerHour(500_000),
    transferCeiling: microUsd(30_000),
    unreported: null,
    neededUntil: at('14:00'),
    failedHosts: [],
    failedProviders: [],
    ...change,
  };
}

const anyRequirement = fc.record({
  gpuNames: fc.constantFrom<string[]>([], ['RTX 4090']),
  gpuCount: fc.integer({ min: 1, max: 2 }),
  minVramGb: fc.constantFrom(0, 24),
  countries: fc.constantFrom<string[]>([], ['SE', 'US']),
  providers: fc.constantFrom<ProviderName[]>([], ['vastai']),
  diskGb: fc.constantFrom(20, 200),
});

const anyLimits = fc.record({
  ceiling: fc.integer({ min: 0, max: 600_000 }).map(microUsdPerHour),
  transferCeiling: fc.constant(microUsd(30_000)),
  unreported: fc.constantFrom(null, someTerms()),
  neededUntil: fc.constant(at('14:00')),
  failedHosts: fc.subarray(['vastai/m0', 'vastai/m1', 'vastai/m2']),
  failedProviders: fc.constantFrom<string[]>([], [], [], ['vastai']),
});

/** Rates from a short list, so that many offers cost the same and only the order law decides. */
const anyOffer = fc
  .record({
    hostId: fc.constantFrom('m0', 'm1', 'm2', 'm3', 'm4'),
    gpuName: fc.constantFrom('RTX 4090', 'RTX 3090'),
    gpuCount: fc.integer({ min: 1, max: 2 }),
    vramGb: fc.constantFrom(16, 24),
    country: fc.constantFrom('SE', 'US', 'CN', null),
    reliabilityPermille: fc.constantFrom(900, 950, 999),
    maxDiskGb: fc.constantFrom(100, 500),
    gpuMicroUsdPerHour: fc.constantFrom(100_000, 200_000, 300_000).map(microUsdPerHour),
    diskMicroUsdPerGbHour: fc.constantFrom(0, 200, 1_000).map(microUsdPerHour),
    uploadMicroUsdPerGb: fc.constantFrom(0, 30_000, 30_001).map(microUsd),
    downloadMicroUsdPerGb: fc.constantFrom(0, 30_000, 30_001).map(microUsd),
    availableUntil: fc.constantFrom(null, at('13:59'), at('14:00')),
  })
  .map((change) => anOffer(change));

const anyMenu = fc
  .array(anyOffer, { maxLength: 30 })
  .map((menu) => menu.map((offer, place) => ({ ...offer, id: offerId(place) })));

/** Checks a law for many menus; `offers` is empty when nothing was ranked. */
function always(law: (offers: readonly Offer[], wanted: Requirement, limits: Limits) => void) {
  fc.assert(
    fc.property(anyMenu, anyRequirement, anyLimits, (menu, wanted, limits) => {
      const ranking = rankOffers(menu, wanted, limits);
      law(ranking.kind === 'ranked' ? ranking.offers : [], wanted, limits);
    }),
    { numRuns: 500 },
  );
}

describe('a ranking', () => {
  it('never depends on the order of the offers', () => {
    const shuffled = anyMenu.chain((menu) =>
      fc.tuple(
        fc.constant(menu),
        fc.shuffledSubarray(menu, { minLength: menu.length, maxLength: menu.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, anyRequirement, anyLimits, ([menu, other], wanted, limits) => {
        expect(rankOffers(other, wanted, limits)).toEqual(rankOffers(menu, wanted, limits));
      }),
    );
  });

  it('has only offers that meet the requirement, within the ceiling', () => {
    always((offers, wanted, { ceiling }) => {
      for (const offer of offers) {
        expect(meets(offer, wanted)).toBe(true);
        expect(allInRate(offer, wanted.diskGb)).toBeLessThanOrEqual(ceiling);
      }
    });
  });

  it('never has a host or provider that failed before', () => {
    always((offers, _wanted, { failedHosts, failedProviders }) => {
      for (const offer of offers) {
        expect(failedHosts).not.toContain(hostOf(offer));
        expect(failedProviders).not.toContain(offer.provider);
      }
    });
  });

  it('never has a host that is not available long enough, or expensive transfer', () => {
    always((offers) => {
      for (const offer of offers) {
        expect([null, at('14:00')]).toContain(offer.availableUntil);
        expect(offer.uploadMicroUsdPerGb).toBeLessThanOrEqual(30_000);
        expect(offer.downloadMicroUsdPerGb).toBeLessThanOrEqual(30_000);
      }
    });
  });

  it('is ordered by rate, and at equal rates by reliability', () => {
    always((offers, { diskGb }, { unreported }) => {
      if (unreported !== null) return;
      for (const [place, offer] of offers.slice(1).entries()) {
        const before = offers[place];
        const difference =
          before === undefined ? 0 : allInRate(offer, diskGb) - allInRate(before, diskGb);
        expect(difference).toBeGreaterThanOrEqual(0);
        if (difference > 0 || before === undefined) continue;
        expect(before.reliabilityPermille).toBeGreaterThanOrEqual(offer.reliabilityPermille);
      }
    });
  });

  it('prefers free transfer where it is not reported, unless its time costs more', () => {
    const paid = { ...anOffer({ id: offerId(1) }), uploadMicroUsdPerGb: microUsd(10_000) };
    const free = (rate: number) => ({
      ...anOffer({ id: offerId(2), gpuMicroUsdPerHour: microUsdPerHour(rate) }),
      ...{ uploadMicroUsdPerGb: microUsd(0), downloadMicroUsdPerGb: microUsd(0) },
    });
    const first = (rate: number, unreported: Limits['unreported']) => {
      const ranking = rankOffers([paid, free(rate)], aRequirement(), someLimits({ unreported }));
      return ranking.kind === 'ranked' ? ranking.offers[0]?.id : null;
    };
    // An hour, and 20 GB at $0.01.
    expect(first(450_000, someTerms())).toBe(offerId(2));
    expect(first(450_000, null)).toBe(offerId(1));
    const long = someTerms({ duration: hours(12) });
    expect(first(450_000, long)).toBe(offerId(1));
  });

  it('has every offer that fits', () => {
    const offers = [anOffer({ id: offerId(2) }), anOffer({ id: offerId(1) })];
    const ranking = rankOffers(offers, aRequirement(), someLimits());
    expect(ranking).toMatchObject({
      kind: 'ranked',
      offers: [{ id: 'vastai_1' }, { id: 'vastai_2' }],
    });
  });

  it('includes an offer at exactly the ceiling', () => {
    const limits = someLimits({ ceiling: microUsdPerHour(404_000) });
    expect(rankOffers([anOffer()], aRequirement(), limits).kind).toBe('ranked');
  });

  it('includes an offer at exactly every limit', () => {
    const maxTransfer = microUsd(30_000);
    const edge = anOffer({
      availableUntil: at('14:00'),
      uploadMicroUsdPerGb: maxTransfer,
      downloadMicroUsdPerGb: maxTransfer,
    });
    const ranking = rankOffers([edge], aRequirement({ diskGb: 500 }), someLimits());
    expect(ranking).toEqual({ kind: 'ranked', offers: [edge] });
  });

  it('is over-budget, with the cheapest rate, when all offers are above the ceiling', () => {
    const expensive = anOffer({ id: offerId(2), gpuMicroUsdPerHour: microUsdPerHour(450_000) });
    const limits = someLimits({ ceiling: microUsdPerHour(403_999) });
    const ranking = rankOffers([expensive, anOffer()], aRequirement(), limits);
    expect(ranking).toEqual({ kind: 'over-budget', cheapest: 404_000 });
  });

  it('is no-offer when nothing fits at any price', () => {
    const limits = someLimits({ failedHosts: ['vastai/m1'] });
    expect(rankOffers([anOffer()], aRequirement(), limits)).toEqual({ kind: 'no-offer' });
    expect(rankOffers([], aRequirement(), someLimits())).toEqual({ kind: 'no-offer' });
  });
});

describe('an offer meets a requirement', () => {
  const misses: readonly Partial<Requirement>[] = [
    { gpuNames: ['RTX 3090'] },
    { gpuCount: 2 },
    { minVramGb: 25 },
    { countries: ['US'] },
    { diskGb: 501 },
  ];

  it.each(misses)('unless it misses %j', (change) => {
    expect(meets(anOffer(), aRequirement())).toBe(true);
    expect(meets(anOffer(), aRequirement(change))).toBe(false);
  });

  it('by any of the names it lists', () => {
    const wanted = aRequirement({ gpuNames: ['H100', 'RTX 4090'], countries: ['NO', 'SE'] });
    expect(meets(anOffer(), wanted)).toBe(true);
  });

  it('with a country only when the country of the host is known', () => {
    const nowhere = anOffer({ country: null });
    expect(meets(nowhere, aRequirement({ countries: ['SE'] }))).toBe(false);
    expect(meets(nowhere, aRequirement())).toBe(true);
  });

  it('with exactly the number of GPUs', () => {
    expect(meets(anOffer({ gpuCount: 8 }), aRequirement())).toBe(false);
  });
});

describe('the rate of an offer', () => {
  it('includes the requested disk', () => {
    expect(allInRate(anOffer(), 20)).toBe(404_000);
    expect(allInRate(anOffer(), 100)).toBe(420_000);
  });
});

it('is not parsed with half a GPU or a negative rate', () => {
  expect(Offer.safeParse(anOffer()).success).toBe(true);
  expect(Offer.safeParse({ ...anOffer(), gpuCount: 0.5 }).success).toBe(false);
  expect(Offer.safeParse({ ...anOffer(), gpuMicroUsdPerHour: -1 }).success).toBe(false);
  expect(Offer.safeParse({ ...anOffer(), reliabilityPermille: 1_001 }).success).toBe(false);
});
