// Lists of instances: pages, tokens, filters, and their lag.

import { describe, expect, it } from 'vitest';
import {
  asRow,
  asRows,
  create,
  createUp,
  destroy,
  type Json,
  MINUTE,
  numberOf,
  offersOf,
  query,
  startMarket,
  type TestMarket,
} from '../support.ts';

/** Rents `count` single GPUs; returns their ids in order. */
async function rentMany(market: TestMarket, count: number): Promise<number[]> {
  const ids: number[] = [];
  const offers = await offersOf(market, { num_gpus: { eq: 1 }, limit: count });
  for (const [index, offer] of offers.entries()) {
    const reply = await create(market, { label: `ours-${index % 2}` }, numberOf(offer.id));
    ids.push(numberOf(reply.json.new_contract));
  }
  market.pass(MINUTE);
  return ids;
}

async function page(market: TestMarket, parameters: Json = {}): Promise<Json> {
  return (await market.call(`GET /api/v1/instances/?${query(parameters)}`)).json;
}

function idsOf(list: Json): unknown[] {
  return asRows(list.instances).map(({ id }) => id);
}

describe('the paged list', () => {
  it('has pages of 25 by token, and counts all instances', async () => {
    const market = await startMarket();
    const ids = await rentMany(market, 30);
    const first = await page(market, { limit: '100' });
    const second = await page(market, { after_token: String(first.next_token) });
    expect([...idsOf(first), ...idsOf(second)]).toEqual(ids);
    expect([first.instances_found, first.total_instances]).toEqual([25, 30]);
    expect([second.instances_found, second.next_token]).toEqual([5, null]);
    expect(first.label_counts).toEqual({ 'ours-0': 15, 'ours-1': 15 });
  });

  it('keeps its position when earlier instances disappear', async () => {
    const market = await startMarket();
    const ids = await rentMany(market, 6);
    const first = await page(market, { limit: '3' });
    await destroy(market, ids[0] ?? 0);
    market.pass(MINUTE);
    const second = await page(market, { limit: '3', after_token: String(first.next_token) });
    expect(idsOf(second)).toEqual(ids.slice(3));
  });

  it('uses 5 for a limit that is not positive', async () => {
    const market = await startMarket();
    await rentMany(market, 6);
    expect(idsOf(await page(market, { limit: '0' }))).toHaveLength(5);
  });

  it('sorts and filters by stored columns', async () => {
    const market = await startMarket();
    const ids = await rentMany(market, 5);
    const backwards = await page(market, { order_by: [{ col: 'id', dir: 'desc' }] });
    expect(idsOf(backwards)).toEqual([...ids].reverse());
    const odd = await page(market, { select_filters: { label: { eq: 'ours-1' } } });
    expect(idsOf(odd)).toEqual([ids[1], ids[3]]);
    const loading = await page(market, { select_filters: { actual_status: { eq: 'loading' } } });
    expect(idsOf(loading)).toEqual([]);
  });

  it('pages through an order by columns with repeated values', async () => {
    const market = await startMarket();
    const ids = await rentMany(market, 5);
    const order_by = [{ col: 'label', dir: 'asc' }];
    const first = await page(market, { order_by, limit: '2' });
    const token = String(first.next_token);
    const rest = await page(market, { order_by, after_token: token });
    expect([...idsOf(first), ...idsOf(rest)]).toEqual([0, 2, 4, 1, 3].map((index) => ids[index]));
  });

  it('returns only the requested columns, with null for unknown ones', async () => {
    const market = await startMarket();
    const [id] = await rentMany(market, 1);
    const list = await page(market, { select_cols: ['id', 'colour'] });
    expect(list.instances).toEqual([{ id, colour: null }]);
  });

  it.each<[string, Json, string]>([
    ['a computed column', { select_filters: { dph_total: { lt: 1 } } }, 'invalid_request'],
    ['an unknown order', { order_by: [{ col: 'colour' }] }, 'invalid_request'],
    ['broken filters', { select_filters: '{' }, 'invalid_request'],
    ['an invalid token', { after_token: 'bm9uc2Vuc2U=' }, 'invalid_token'],
  ])('refuses %s', async (_name, parameters, error) => {
    const { call } = await startMarket();
    const { status, json } = await call(`GET /api/v1/instances/?${query(parameters)}`);
    expect([status, json.error]).toEqual([400, error]);
  });

  it('shows the open SSH port of each running instance', async () => {
    const market = await startMarket();
    await rentMany(market, 3);
    const rows = asRows((await page(market)).instances);
    const ports = rows.map(({ ssh_port }) => numberOf(ssh_port));
    expect(new Set(ports).size).toBe(3);
    expect(Math.min(...ports)).toBeGreaterThan(1_023);
  });
});

describe('the old list', () => {
  it('returns all instances without pages', async () => {
    const market = await startMarket();
    const ids = await rentMany(market, 30);
    const { json } = await market.call('GET /api/v0/instances/');
    expect([json.instances_found, idsOf(json)]).toEqual([30, ids]);
  });

  it('includes instances that were not created through the API', async () => {
    const market = await startMarket();
    market.simulator.addForeignInstance();
    await createUp(market);
    const { json } = await market.call('GET /api/v0/instances/');
    const labels = asRows(json.instances).map((row) => asRow(row).label);
    expect(labels).toEqual(['somebody-elses-training', 'ours']);
  });
});
