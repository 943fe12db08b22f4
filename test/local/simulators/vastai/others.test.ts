// Other customers on the market: seed and time decide what they rent, searches show it late, and a
// create for a rented offer gets each of the recorded refusals.

import { describe, expect, it } from 'vitest';
import {
  create,
  createUp,
  get,
  HOUR,
  MINUTE,
  numberOf,
  offersOf,
  startMarket,
  type TestMarket,
} from './support.ts';

/** Ids of single GPUs in the order of their price. */
async function ids(market: TestMarket): Promise<number[]> {
  const offers = await offersOf(market, { num_gpus: { eq: 1 }, order: [['dph_total', 'asc']] });
  return offers.map(({ id }) => numberOf(id));
}

/** The responses to failed creates of the 40 cheapest offers. */
async function refusals(market: TestMarket) {
  const answers = [];
  for (const id of (await ids(market)).slice(0, 40)) {
    const { status, text } = await create(market, {}, id);
    if (status !== 200) answers.push({ status, text });
  }
  return answers;
}

describe('other customers', () => {
  it('rent the configured share of the market, nothing by default', async () => {
    const all = async (othersShare?: number) => {
      const market = await startMarket(othersShare === undefined ? {} : { othersShare });
      const machines = { machine_id: { lt: 20_040 } };
      return (await offersOf(market, machines)).length;
    };
    const [untouched, half] = [await all(), await all(0.5)];
    expect(half / untouched).toBeGreaterThan(0.25);
    expect(half / untouched).toBeLessThan(0.75);
    expect(await all(1)).toBe(0);
  });

  it('rent and release the same offers at the same time for the same seed', async () => {
    const priceOrder = async (seed: number) => {
      const market = await startMarket({ othersShare: 0.3, seed });
      const before = await ids(market);
      market.pass(HOUR);
      return [before, await ids(market)] as const;
    };
    const [before, later] = await priceOrder(3);
    expect(later.filter((id) => !before.includes(id))).not.toEqual([]);
    expect(before.filter((id) => !later.includes(id))).not.toEqual([]);
    expect(await priceOrder(3)).toEqual([before, later]);
  });

  it('rent offers that are still listed, and create is refused in four ways', async () => {
    // Searches lag so far behind that they show the market of the previous period.
    const lag = { offerLagMs: 30 * MINUTE };
    const answers = await refusals(await startMarket({ othersShare: 0.3, ...lag }));
    expect(answers.length).toBeGreaterThan(3);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400, 404, 410]));
    for (const { text } of answers) expect(text).toContain('no_such_ask');
    expect(new Set(answers.map(({ text }) => text.replaceAll(/\d{6,}/g, 'ID'))).size).toBe(4);
  });

  it('are visible immediately when searches do not lag', async () => {
    const market = await startMarket({ othersShare: 0.3, offerLagMs: 0 });
    expect(await refusals(market)).toEqual([]);
  });

  it('never affect an instance that this account rents', async () => {
    const market = await startMarket({ othersShare: 0.3 });
    const id = await createUp(market);
    for (let hour = 0; hour < 24; hour += 1) {
      market.pass(HOUR);
      expect((await get(market, id))?.actual_status).toBe('running');
    }
  });
});
