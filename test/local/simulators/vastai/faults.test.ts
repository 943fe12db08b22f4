// Every fault: it applies to its calls, has its documented effect, and ends.

import { describe, expect, it, vi } from 'vitest';
import {
  create,
  createUp,
  destroy,
  get,
  listedIds,
  MINUTE,
  numberOf,
  query,
  someOffer,
  startMarket,
} from './support.ts';

const SECOND = 1_000;

describe('faults without an effect', () => {
  it('refuse responds that the offer is gone, with a different body each time', async () => {
    const market = await startMarket();
    market.simulator.addFault({ name: 'refuse', times: 4 });
    const replies = [];
    for (let index = 0; index < 4; index += 1) replies.push(await create(market));
    expect(replies.map(({ status }) => status)).toEqual([400, 404, 410, 400]);
    for (const { text } of replies) expect(text).toContain('no_such_ask');
    expect(market.simulator.instances()).toEqual([]);
    expect((await create(market)).status).toBe(200);
  });

  it('refuse has variants for other reasons', async () => {
    const market = await startMarket();
    const replies = [];
    for (const variant of [4, 5, 6]) {
      market.simulator.addFault({ name: 'refuse', times: 1, variant });
      const { status, json } = await create(market);
      replies.push([status, json.success, json.error]);
    }
    expect(replies).toEqual([
      [403, false, 'invalid_args'],
      [400, false, 'spend_rate_limit'],
      [200, false, undefined],
    ]);
  });

  it('rate-limit responds 429 with five different bodies', async () => {
    const market = await startMarket();
    market.simulator.addFault({ name: 'rate-limit', operation: 'create', times: 5 });
    const texts = [];
    for (let index = 0; index < 5; index += 1) {
      const { status, text, headers } = await create(market);
      expect([status, headers.get('retry-after')]).toEqual([429, null]);
      texts.push(text);
    }
    expect(texts[0]).toBe('API requests too frequent');
    expect(texts[3]).toContain('rate_limit_exceeded');
    expect(texts[4]).toContain('endpoint threshold=4.5*1.0');
    expect(new Set(texts).size).toBe(5);
    expect(market.simulator.instances()).toEqual([]);
  });

  it('fail-before-effect responds 500 and 502 without an effect', async () => {
    const market = await startMarket();
    market.simulator.addFault({ name: 'fail-before-effect', operation: 'create', times: 2 });
    const json = await create(market);
    const html = await create(market);
    expect([json.status, json.json.error]).toEqual([500, 'server_error']);
    expect([html.status, html.text]).toEqual([502, expect.stringContaining('<html>')]);
    expect(market.simulator.instances()).toEqual([]);
  });

  it('bad-key responds 404 to every call', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    market.simulator.addFault({ name: 'bad-key' });
    const { status, json } = await market.call(`GET /api/v0/instances/${id}/`);
    expect([status, json.error, json.msg]).toEqual([404, 'auth_error', 'Invalid user key']);
    market.simulator.clearFaults();
    expect((await get(market, id))?.id).toBe(id);
  });

  it('bad-key has the three responses to a refused key', async () => {
    const market = await startMarket();
    const statuses = [];
    for (const variant of [0, 1, 2]) {
      market.simulator.addFault({ name: 'bad-key', times: 1, variant });
      statuses.push((await market.call('GET /api/v1/instances/')).status);
    }
    expect(statuses).toEqual([404, 401, 403]);
  });

  it('with an instance id do not apply to other instances', async () => {
    const market = await startMarket();
    const [struck, spared] = [await createUp(market), await createUp(market)];
    const names = ['rate-limit', 'bad-key', 'fail-before-effect', 'error-after-effect'] as const;
    const answers = [];
    for (const name of names) {
      market.simulator.addFault({ name, instanceId: String(struck), times: 1 });
      const path = (id: number) => `PUT /api/v0/instances/${id}/`;
      const body = { label: name };
      answers.push([
        (await market.call(path(spared), body)).status,
        (await market.call(path(struck), body)).status,
      ]);
    }
    expect(answers).toEqual([429, 404, 500, 500].map((status) => [200, status]));
  });

  it('partial-page fails a list after its first page', async () => {
    const market = await startMarket();
    for (let index = 0; index < 3; index += 1) await createUp(market);
    market.simulator.addFault({ name: 'partial-page' });
    const first = await market.call('GET /api/v1/instances/?limit=2');
    const after_token = String(first.json.next_token);
    const second = await market.call(`GET /api/v1/instances/?${query({ after_token })}`);
    expect([first.status, second.status]).toEqual([200, 500]);
  });

  it('refuse-destroy responds 500 and 429 in turn until it ends', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    market.simulator.addFault({ name: 'refuse-destroy', forMs: 5 * MINUTE });
    const statuses = [];
    for (const wait of [0, MINUTE, MINUTE, 4 * MINUTE]) {
      market.pass(wait);
      statuses.push((await destroy(market, id)).status);
    }
    expect(statuses).toEqual([500, 429, 500, 200]);
  });
});

describe('faults after the effect', () => {
  it('drop-after-effect creates, then cuts the connection', async () => {
    const market = await startMarket();
    market.simulator.addFault({ name: 'drop-after-effect', times: 1 });
    await expect(create(market)).rejects.toThrow('fetch failed');
    expect(market.simulator.instances()).toHaveLength(1);
    expect(market.simulator.requests().at(-1)?.status).toBe(0);
  });

  it('error-after-effect creates, then responds 500', async () => {
    const market = await startMarket();
    market.simulator.addFault({ name: 'error-after-effect', times: 1 });
    expect((await create(market)).status).toBe(500);
    expect(market.simulator.instances()).toHaveLength(1);
  });

  it('drop-after-effect applies to destroy when it names that operation', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    market.simulator.addFault({ name: 'drop-after-effect', operation: 'destroy', times: 1 });
    await expect(destroy(market, id)).rejects.toThrow('fetch failed');
    expect(market.simulator.instances()[0]?.alive).toBe(false);
  });

  it('slow delays the response of a successful call in real time', async () => {
    const market = await startMarket();
    market.simulator.addFault({ name: 'slow', operation: 'create', forMs: 30, times: 1 });
    const from = performance.now();
    expect((await create(market)).status).toBe(200);
    expect(performance.now() - from).toBeGreaterThanOrEqual(29);

    market.simulator.addFault({ name: 'slow', operation: 'create', forMs: 60 * MINUTE });
    const unanswered = expect(create(market)).rejects.toThrow('fetch failed');
    await vi.waitFor(() => expect(market.simulator.instances()).toHaveLength(2));
    await market.simulator.close();
    await unanswered;
  });

  it('zombie accepts destroy while the instance runs on and is billed', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    market.simulator.addFault({ name: 'zombie', forMs: 5 * MINUTE });
    expect((await destroy(market, id)).status).toBe(200);
    market.pass(4 * MINUTE);
    expect((await get(market, id))?.actual_status).toBe('running');
    const before = market.simulator.books().spentMicroUsd;
    // A second destroy does not delay the end further.
    expect((await destroy(market, id)).status).toBe(200);
    market.pass(MINUTE);
    expect(market.simulator.books().spentMicroUsd).toBeGreaterThan(before);
    expect((await destroy(market, id)).status).toBe(404);
    expect(market.simulator.instances()[0]?.cost.gpuMs).toBe(5 * MINUTE + 20 * SECOND);
  });
});

describe('faults of lists and lives', () => {
  it('stale-list hides new instances in lists, not in reads', async () => {
    const market = await startMarket();
    market.simulator.addFault({ name: 'stale-list', forMs: 2 * MINUTE });
    const id = await createUp(market);
    expect([(await get(market, id))?.id, await listedIds(market)]).toEqual([id, []]);
    market.pass(MINUTE);
    expect(await listedIds(market)).toEqual([id]);
  });

  it('vanish ends an instance without a report', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    market.simulator.vanish(String(id));
    expect([await get(market, id), await listedIds(market)]).toEqual([null, []]);
    expect((await destroy(market, id)).json.error).toBe('no_such_instance');
    const spent = market.simulator.books().spentMicroUsd;
    market.pass(MINUTE);
    expect(market.simulator.books().spentMicroUsd).toBe(spent);
  });

  it('interrupt stops the next instance after it is up', async () => {
    const market = await startMarket();
    market.simulator.addFault({ name: 'interrupt', times: 1, forMs: 10 * MINUTE });
    const id = await createUp(market);
    const other = await createUp(market);
    expect((await get(market, id))?.actual_status).toBe('running');
    market.pass(10 * MINUTE);
    const row = await get(market, id);
    expect([row?.actual_status, row?.intended_status, row?.cur_state, row?.next_state]).toEqual([
      'exited',
      'stopped',
      'stopped',
      'stopped',
    ]);
    expect((await get(market, other))?.actual_status).toBe('running');
  });

  it('price-rise makes an instance more expensive than its offer', async () => {
    const market = await startMarket();
    const usual = await get(market, await createUp(market));
    await market.call(`DELETE /api/v0/instances/${usual?.id}/`);
    market.simulator.addFault({ name: 'price-rise', times: 1 });
    const raised = await get(market, await createUp(market));
    expect(raised?.machine_id).toBe(usual?.machine_id);
    expect(raised?.dph_base).toBeCloseTo(numberOf(usual?.dph_base) * 1.5, 8);
  });

  it('never-boots leaves an instance loading, and only its disk is billed', async () => {
    const market = await startMarket();
    market.simulator.addFault({ name: 'never-boots', times: 1 });
    const id = await createUp(market);
    market.pass(60 * MINUTE);
    expect((await get(market, id))?.actual_status).toBe('loading');
    const cost = market.simulator.instances()[0]?.cost;
    expect([cost?.gpuMicroUsd, (cost?.diskMicroUsd ?? 0) > 0]).toEqual([0, true]);
  });

  it('raisePrice bills the new rate from that instant on', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    const old = numberOf((await get(market, id))?.dph_base);
    market.pass(59 * MINUTE + 40 * SECOND);
    market.simulator.raisePrice(String(id), 3);
    market.pass(60 * MINUTE);
    expect((await get(market, id))?.dph_base).toBeCloseTo(old * 3, 8);
    const gpuUsd = (market.simulator.books().instances[0]?.gpuMicroUsd ?? 0) / 1e6;
    expect(gpuUsd).toBeCloseTo(old * 4, 5);
  });
});

describe('SIM_FAULT in a create request', () => {
  it.each([
    ['refuse-destroy', [500, 429, 500, 200]],
    ['zombie', [200, 200, 404, 404]],
  ])('brings %s on that instance alone', async (name, expected) => {
    const market = await startMarket();
    const struck = await createUp(market, { env: { SIM_FAULT: name } });
    const spared = await createUp(market);
    expect([(await destroy(market, spared)).status, await get(market, spared)]).toEqual([
      200,
      expect.anything(),
    ]);
    expect((await destroy(market, spared)).status).toBe(404);
    const statuses = [];
    for (let index = 0; index < 4; index += 1)
      statuses.push((await destroy(market, struck)).status);
    expect(statuses).toEqual(expected);
  });

  it.each([
    ['refuse', 400],
    ['rate-limit', 429],
    ['fail-before-effect', 500],
    ['bad-key', 404],
  ])('%s refuses that very call with %i, and no other', async (name, status) => {
    const market = await startMarket();
    expect((await create(market, { env: { SIM_FAULT: name } })).status).toBe(status);
    expect(market.simulator.instances()).toEqual([]);
    expect((await create(market)).status).toBe(200);
  });

  it('drop-after-effect and error-after-effect create the instance', async () => {
    const market = await startMarket();
    const asking = (name: string) => create(market, { env: { SIM_FAULT: name } });
    await expect(asking('drop-after-effect')).rejects.toThrow('fetch failed');
    expect((await asking('error-after-effect')).status).toBe(500);
    expect(market.simulator.instances()).toHaveLength(2);
  });

  it('price-rise makes that instance more expensive', async () => {
    const market = await startMarket();
    const offer = await someOffer(market);
    const id = await createUp(market, { env: { SIM_FAULT: 'price-rise' } });
    expect((await get(market, id))?.dph_base).toBeCloseTo(numberOf(offer.dph_base) * 1.5, 8);
  });

  it('stale-list hides that instance in lists, partial-page fails its page once', async () => {
    const market = await startMarket();
    const seen = await createUp(market);
    market.pass(MINUTE);
    const sentinel = (name: string) => ({ env: { SIM_FAULT: name } });
    await create(market, sentinel('stale-list'));
    market.pass(MINUTE - 1);
    expect(await listedIds(market)).toEqual([seen]);
    market.pass(1);
    expect(await listedIds(market)).toHaveLength(2);
    await create(market, sentinel('partial-page'));
    market.pass(MINUTE);
    expect((await market.call('GET /api/v1/instances/?limit=2')).status).toBe(200);
    expect((await market.call('GET /api/v1/instances/')).status).toBe(500);
    expect(await listedIds(market)).toHaveLength(3);
  });

  it.each([
    ['never-boots', 'loading'],
    ['interrupt', 'exited'],
  ])('with %s leaves the instance %s', async (name, status) => {
    const market = await startMarket();
    const id = await createUp(market, { env: { SIM_FAULT: name } });
    market.pass(2 * MINUTE);
    expect((await get(market, id))?.actual_status).toBe(status);
  });
});
