// For all floats of the provider, the rounded rates are at least what it charges.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offerOf } from '../../../../../shared/adapters/providers/vastai/offers.ts';
import { allInRate } from '../../../../../shared/core/instance/offer.ts';
import { anAsk } from './replies.ts';

const usd = (max: number) => fc.double({ min: 1e-6, max, noNaN: true });

describe('the rates of an offer', () => {
  it('are never below what the provider charges, for any disk', () => {
    const disks = fc.integer({ min: 1, max: 2_000 });
    fc.assert(
      fc.property(usd(100), usd(10), disks, (base, storage, disk) => {
        const total = base + (20 * storage) / 720;
        const ask = anAsk({ dph_base: base, dph_total: total, storage_cost: storage });
        const offer = offerOf(ask, 20);
        expect(offer).not.toBeNull();
        if (offer === null) return;
        const charged = (base + (disk * storage) / 720) * 1_000_000;
        const rate = allInRate(offer, disk);
        expect(rate).toBeGreaterThanOrEqual(charged - 1e-6 * Math.max(1, charged));
        // Rounded up once for the GPU and once for each gigabyte of disk, and no more.
        expect(rate).toBeLessThanOrEqual(charged + 2 + disk);
      }),
    );
  });

  it('of transfer are never below what the provider charges', () => {
    fc.assert(
      fc.property(usd(1), usd(1), (up, down) => {
        const offer = offerOf(anAsk({ inet_up_cost: up, inet_down_cost: down }), 20);
        expect(offer?.uploadMicroUsdPerGb).toBeGreaterThanOrEqual(up * 1_000_000 - 1e-6);
        expect(offer?.downloadMicroUsdPerGb).toBeGreaterThanOrEqual(down * 1_000_000 - 1e-6);
      }),
    );
  });
});
