// Searches of the simulated market: the query language, its defaults and its limits.

import { describe, expect, it } from 'vitest';
import {
  asRow,
  asRows,
  type Json,
  numberOf,
  offersOf,
  query,
  startMarket,
  type TestMarket,
} from '../support.ts';

/** All offers that match a filter, in pages of 64. */
async function allOffers(market: TestMarket, filter: Json = {}): Promise<Json[]> {
  const found = new Map<unknown, Json>();
  let after = -1;
  for (;;) {
    const body = { ...filter, ask_contract_id: { gt: after }, order: [['ask_contract_id', 'asc']] };
    const page = await offersOf(market, body);
    for (const offer of page) found.set(offer.id, offer);
    if (page.length === 0) return [...found.values()];
    after = numberOf(page.at(-1)?.id);
  }
}

describe('a search', () => {
  it('finds the configured number of verified offers for any seed', async () => {
    for (const options of [{}, { seed: 7, offers: 60 }, { offers: 1 }]) {
      const market = await startMarket(options);
      expect(await allOffers(market)).toHaveLength(options.offers ?? 340);
    }
    await expect(startMarket({ offers: 0 })).rejects.toThrow(RangeError);
  });

  it('shows the same market for the same seed and another one for another seed', async () => {
    const [one, same, other] = await Promise.all(
      [5, 5, 6].map(async (seed) => await offersOf(await startMarket({ seed }))),
    );
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('never returns more than 64 offers', async () => {
    const market = await startMarket();
    expect(await offersOf(market, { limit: 1_000 })).toHaveLength(64);
    expect(await offersOf(market, { limit: 3 })).toHaveLength(3);
  });

  it('omits unverified, rented and unrentable offers by default', async () => {
    const market = await startMarket();
    const usual = await offersOf(market);
    const shown = usual.map((o) => [o.verification, o.rentable, o.rented].join());
    expect(new Set(shown)).toEqual(new Set(['verified,true,false']));
    const unverified = await offersOf(market, { verified: { eq: false } });
    expect(new Set(unverified.map((o) => o.verification))).toEqual(
      new Set(['unverified', 'deverified']),
    );
    expect(await offersOf(market, { rentable: { eq: false } })).not.toEqual([]);
  });

  it('applies all eight operators', async () => {
    const market = await startMarket();
    const all = await allOffers(market);
    const count = (test: (offer: Json) => boolean) => all.filter(test).length;
    const gpus = (offer: Json) => numberOf(offer.num_gpus);
    const cases: [Json, number][] = [
      [{ num_gpus: { eq: 4 } }, count((o) => gpus(o) === 4)],
      [{ num_gpus: { neq: 4 } }, count((o) => gpus(o) !== 4)],
      [{ num_gpus: { gt: 2 } }, count((o) => gpus(o) > 2)],
      [{ num_gpus: { lt: 2 } }, count((o) => gpus(o) < 2)],
      [{ num_gpus: { gte: 2, lte: 4 } }, count((o) => gpus(o) >= 2 && gpus(o) <= 4)],
      [{ num_gpus: { in: [1, 8] } }, count((o) => [1, 8].includes(gpus(o)))],
      [{ num_gpus: { notin: [1, 8] } }, count((o) => ![1, 8].includes(gpus(o)))],
      [{ gpu_name: { eq: 'RTX 4090' } }, count((o) => o.gpu_name === 'RTX 4090')],
    ];
    for (const [filter, expected] of cases) {
      expect([filter, (await allOffers(market, filter)).length]).toEqual([filter, expected]);
      expect(expected).toBeGreaterThan(0);
    }
  });

  it('sorts by the requested fields', async () => {
    const market = await startMarket();
    const prices = (await offersOf(market, { order: [['dph_total', 'asc']] })).map((o) =>
      numberOf(o.dph_total),
    );
    expect(prices).toEqual([...prices].sort((left, right) => left - right));
    const [first] = await offersOf(market, {
      order: [
        ['num_gpus', 'desc'],
        ['dph_total', 'desc'],
      ],
    });
    expect(first?.num_gpus).toBe(8);
  });

  it('prices the requested disk size, 8 GB by default', async () => {
    const market = await startMarket();
    const [usual] = await offersOf(market);
    const one = { ask_contract_id: { eq: usual?.id } };
    const disk = numberOf(usual?.storage_cost) / 720;
    expect(numberOf(usual?.storage_total_cost)).toBeCloseTo(8 * disk, 8);
    const [large] = await offersOf(market, { ...one, allocated_storage: 500 });
    expect(numberOf(large?.storage_total_cost)).toBeCloseTo(500 * disk, 8);
    expect(numberOf(large?.dph_total)).toBeCloseTo(numberOf(large?.dph_base) + 500 * disk, 8);
  });

  it('prices bids of the same offers by their minimum bid', async () => {
    const market = await startMarket();
    const [usual] = await offersOf(market, { order: [['ask_contract_id', 'asc']] });
    const one = { ask_contract_id: { eq: usual?.id } };
    const [bid] = await offersOf(market, { ...one, type: 'bid' });
    expect([bid?.id, bid?.is_bid, bid?.dph_base]).toEqual([usual?.id, true, usual?.min_bid]);
    expect(asRow(bid?.search).totalHour).toBe(bid?.dph_total);
    expect(numberOf(bid?.dph_total)).toBeLessThan(numberOf(usual?.dph_total));
  });

  it('finds an offer by ask_contract_id and nothing by id', async () => {
    const market = await startMarket();
    const [offer] = await offersOf(market);
    expect(await offersOf(market, { ask_contract_id: { eq: offer?.id } })).toMatchObject([
      { id: offer?.id },
    ]);
    expect(await offersOf(market, { id: { eq: offer?.id } })).toEqual([]);
  });

  it('matches places by country code and treats a null external as false', async () => {
    const market = await startMarket();
    const found = await offersOf(market, {
      geolocation: { in: ['SE', 'CN'] },
      external: { eq: false },
    });
    const endings = found.map(({ geolocation }) => String(geolocation).slice(-2));
    expect(new Set(endings)).toEqual(new Set(['SE', 'CN']));
  });

  it('refuses unknown fields and operators', async () => {
    const { call } = await startMarket();
    const answers = [];
    for (const body of [
      { num_gpus: { like: 1 } },
      { colour: { eq: 'red' } },
      { num_gpus: 4 },
      { type: 'auction' },
      { order: [['colour', 'asc']] },
    ]) {
      const { status, json } = await call('POST /api/v0/bundles/', body);
      answers.push(`${status} ${json.error} ${json.msg}`);
    }
    expect(answers).toEqual(
      ['like', 'colour', 'num_gpus', 'type', 'colour'].map(
        (word) => `400 invalid_request ${word} is not a valid search op/key`,
      ),
    );
  });

  it('is available on three routes', async () => {
    const market = await startMarket();
    const q = { gpu_name: { eq: 'RTX 3090' }, order: [['dph_total', 'asc']], limit: 5 };
    const posted = await offersOf(market, q);
    const got = (await market.call(`GET /api/v0/bundles/?${query({ q })}`)).json;
    const put = (await market.call('PUT /api/v0/search/asks/', { select_cols: ['*'], q })).json;
    expect(posted).toHaveLength(5);
    expect([got.offers, put.offers]).toEqual([posted, posted]);
    const chosen = await market.call('PUT /api/v0/search/asks/', { select_cols: ['id', 'no'], q });
    expect(asRows(chosen.json.offers)[0]).toEqual({ id: posted[0]?.id, no: null });
  });

  it('is refused when its query is not an object', async () => {
    const { call } = await startMarket();
    expect((await call('GET /api/v0/bundles/?q=%7B')).json.msg).toBe('Invalid json body');
    expect((await call('PUT /api/v0/search/asks/', { q: 'cheap' })).status).toBe(400);
  });

  it('has prices like the recorded market', async () => {
    const market = await startMarket({ offers: 1_000 });
    const single = { num_gpus: { eq: 1 }, gpu_name: { eq: 'RTX 4090' } };
    const prices = (await allOffers(market, single))
      .map((offer) => numberOf(offer.dph_base))
      .sort((left, right) => left - right);
    expect(prices.length).toBeGreaterThan(50);
    // Recorded 2025-12-07: 10 % below $0.26, half below $0.34, 90 % below $0.435 a GPU.
    expect(prices[Math.floor(prices.length / 2)]).toBeCloseTo(0.34, 1);
    expect(prices[0]).toBeGreaterThan(0.2);
    expect(prices.at(-1)).toBeLessThan(0.5);
  });
});
