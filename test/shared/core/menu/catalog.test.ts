// The list of offers in pages, cheapest first.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brandId, OfferId } from '../../../../shared/core/base/ids.ts';
import { microUsdPerHour } from '../../../../shared/core/base/money.ts';
import type { Offer } from '../../../../shared/core/instance/offer.ts';
import {
  findOffer,
  type ListedOffer,
  type OfferPage,
  pageOfOffers,
} from '../../../../shared/core/menu/catalog.ts';
import { snapshotOf } from '../../../../shared/core/menu/snapshot.ts';
import { at } from '../../../support/builders/base.ts';
import { anOffer, aRequirement } from '../../../support/builders/instance.ts';

const offerOf = (number: number, gpuMicroUsdPerHour: number): Offer =>
  anOffer({
    id: brandId(OfferId, `vastai_${number}`),
    gpuMicroUsdPerHour: microUsdPerHour(gpuMicroUsdPerHour),
  });
const requirement = aRequirement();

describe('pages of offers', () => {
  it('have every offer that meets the requirement once, in order, for any page size', () => {
    const rates = fc.array(fc.constantFrom(100_000, 200_000, 300_000), { maxLength: 12 });
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 5 }), (all, limit) => {
        const offers = all.map((rate, number) => offerOf(number, rate));
        const menu = [snapshotOf('vastai', offers, at('12:00'))];
        const listed: ListedOffer[] = [];
        let after: OfferPage['next'] = null;
        do {
          const page: OfferPage = pageOfOffers(menu, { requirement, after, limit });
          expect(page.offers.length).toBeLessThanOrEqual(limit);
          listed.push(...page.offers);
          after = page.next;
        } while (after !== null);
        expect(listed.map(({ rate }) => rate)).toEqual(
          listed.map(({ rate }) => rate).toSorted((a, b) => a - b),
        );
        expect(new Set(listed.map(({ offer }) => offer.id)).size).toBe(offers.length);
      }),
    );
  });

  it('leave out offers that do not meet the requirement, and include the disk', () => {
    const menu = [
      snapshotOf('vastai', [offerOf(1, 400_000), anOffer({ gpuCount: 2 })], at('12:00')),
    ];
    const { offers, next } = pageOfOffers(menu, { requirement, after: null, limit: 10 });
    expect(offers).toMatchObject([{ rate: 404_000, observedAt: at('12:00') }]);
    expect(next).toBeNull();
  });
});

describe('one offer', () => {
  it('is found in any snapshot and priced with the requested disk', () => {
    const menu = [snapshotOf('vastai', [offerOf(7, 400_000)], at('12:00'))];
    const { id } = offerOf(7, 400_000);
    expect(findOffer(menu, { id, diskGb: 100 })).toMatchObject({ rate: 420_000 });
    expect(findOffer(menu, { id: brandId(OfferId, 'vastai_8'), diskGb: 100 })).toBeNull();
  });
});
