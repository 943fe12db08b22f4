// The offer of a row of the search, and the rows that are no offers.

import { describe, expect, it } from 'vitest';
import {
  countryOf,
  nominalVramGb,
  offerOf,
} from '../../../../../shared/adapters/providers/vastai/offers.ts';
import { Ask } from '../../../../../shared/adapters/providers/vastai/wire.ts';
import { Offer } from '../../../../../shared/core/instance/offer.ts';
import { anAsk } from './replies.ts';

describe('a row of the search', () => {
  it('is an offer with money rounded up', () => {
    const offer = offerOf(anAsk(), 20);
    expect(Offer.parse(offer)).toEqual({
      id: 'vastai_30406190',
      provider: 'vastai',
      providerOfferId: '30406190',
      hostId: '41207',
      gpuName: 'RTX 4090',
      gpuCount: 1,
      vramGb: 24,
      country: 'US',
      reliabilityPermille: 994,
      maxDiskGb: 505.5,
      gpuMicroUsdPerHour: 300_001,
      diskMicroUsdPerGbHour: 278,
      uploadMicroUsdPerGb: 4_000,
      downloadMicroUsdPerGb: 2_000,
      linkMbps: null,
      availableUntil: 1_798_761_600_500,
    });
  });

  it('counts the rest of the total beyond base and storage as the rate of the GPU', () => {
    const offer = offerOf(anAsk({ dph_base: 0.3, dph_total: 0.5, storage_cost: 0 }), 20);
    expect(offer?.gpuMicroUsdPerHour).toBe(500_000);
  });

  it('has no end and no country when the host reports none', () => {
    const offer = offerOf(anAsk({ end_date: null, geolocation: null }), 20);
    expect(offer).toMatchObject({ availableUntil: null, country: null });
  });

  it.each<[string, Partial<Ask>]>([
    ['not verified', { verification: 'unverified' }],
    ['no longer verified', { verification: 'deverified' }],
    ['not rentable', { rentable: false }],
    ['rented', { rented: true }],
    ['interruptible', { is_bid: true }],
    ['of another marketplace', { external: true }],
    ['without a direct port', { direct_port_count: 0 }],
    ['without a GPU', { num_gpus: 0 }],
    ['without memory', { gpu_ram: 0 }],
    ['free of charge', { dph_base: 0 }],
    ['of a negative rate', { dph_base: -0.1 }],
    ['of a negative total', { dph_total: -0.1 }],
    ['of a negative storage price', { storage_cost: -0.1 }],
    ['of a negative upload price', { inet_up_cost: -0.1 }],
    ['of a negative download price', { inet_down_cost: -0.1 }],
    ['without a disk', { disk_space: -1 }],
  ])('is left out when it is %s', (_name, change) => {
    expect(offerOf(anAsk(change), 20)).toBeNull();
  });

  it('may have numbers as text, and unknown fields', () => {
    const row = { ...anAsk(), id: 30_406_190, dph_base: '0.30', host_id: 5 };
    expect(Ask.parse(row)).toEqual(anAsk());
  });
});

describe('the memory of a card', () => {
  it.each([
    ['RTX 4090', 24_564, 24],
    ['A100 of 40 GB', 39_936, 40],
    ['L40S with error correction', 46_068, 48],
    ['H100 SXM', 81_559, 80],
    ['H100 NVL', 95_830, 94],
    ['RTX PRO 6000', 97_887, 96],
    ['H200', 143_771, 141],
    ['T4 with error correction', 15_360, 16],
    ['GTX 1080 Ti', 11_264, 11],
    ['2080 Ti rebuilt with 22 GB', 22_528, 22],
    ['a size nobody sells', 53_248, 52],
  ])('of an %s is its nominal size', (_name, megabytes, gb) => {
    expect(nominalVramGb(megabytes)).toBe(gb);
  });
});

describe('the country', () => {
  it.each([
    ['Texas, US', 'US'],
    [', CN', 'CN'],
    ['Paris, FR, EU', 'FR'],
    ['California, United States', null],
    ['Austin, TX', null],
    ['The Netherlands, NL', 'NL'],
    ['', null],
    [null, null],
    [undefined, null],
  ])('of "%s" is %s', (text, country) => {
    expect(countryOf(text)).toBe(country);
  });
});
