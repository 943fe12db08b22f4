// The create call and each of its refusals.

import { describe, expect, it } from 'vitest';
import {
  asRow,
  create,
  createUp,
  get,
  type Json,
  MINUTE,
  numberOf,
  offersOf,
  someOffer,
  startMarket,
} from '../support.ts';

describe('create', () => {
  it('responds with the instance and a key that is valid only for it', async () => {
    const market = await startMarket();
    const { status, json } = await create(market, { env: { HF: 'x', '-p 8000:8000': '1' } });
    expect([status, json.success]).toEqual([200, true]);
    expect(json.instance_api_key).toMatch(/^[0-9a-f]{64}$/);
    market.pass(MINUTE);
    expect(await get(market, numberOf(json.new_contract))).toMatchObject({
      id: json.new_contract,
      label: 'ours',
      disk_space: 20,
      image_uuid: 'nvidia/cuda:12',
      extra_env: [
        ['HF', 'x'],
        ['-p 8000:8000', '1'],
      ],
    });
  });

  it('responds to rented and unknown offers with two different refusals', async () => {
    const market = await startMarket();
    const id = numberOf((await someOffer(market)).id);
    await create(market, {}, id);
    const taken = await create(market, {}, id);
    expect([taken.status, taken.json]).toEqual([
      400,
      {
        success: false,
        error: 'invalid_args',
        msg: `error 404/3603: no_such_ask  Instance type by id ${id} is not available.`,
        ask_id: id,
      },
    ]);
    const unknown = await create(market, {}, 12);
    expect([unknown.status, String(unknown.json.msg)]).toEqual([
      404,
      expect.stringContaining('no_such_ask Instance type by id 12'),
    ]);
  });

  it('leaves a stopped contract for a rented offer when cancel_unavail is false', async () => {
    const market = await startMarket();
    const id = numberOf((await someOffer(market)).id);
    await create(market, {}, id);
    const queued = await create(market, { cancel_unavail: false }, id);
    expect([queued.status, queued.json.success]).toEqual([200, true]);
    market.pass(10 * MINUTE);
    const row = await get(market, numberOf(queued.json.new_contract));
    expect([row?.intended_status, row?.actual_status]).toEqual(['stopped', 'created']);
    const cost = market.simulator.instances().at(-1)?.cost;
    expect([cost?.gpuMicroUsd, (cost?.diskMicroUsd ?? 0) > 0]).toEqual([0, true]);
  });

  it('refuses a bid below the minimum, but leaves a contract whose disk is billed', async () => {
    const market = await startMarket();
    const offer = await someOffer(market);
    const price = numberOf(offer.min_bid) * 0.9;
    const { status, json } = await create(market, { price }, numberOf(offer.id));
    expect([status, json.success, json.error]).toEqual([200, false, 'invalid_price']);
    market.pass(10 * MINUTE);
    expect((await get(market, numberOf(json.new_contract)))?.cur_state).toBe('stopped');
    expect(market.simulator.books().spentMicroUsd).toBeGreaterThan(0);
  });

  it('charges the price of the bid', async () => {
    const market = await startMarket();
    const offer = await someOffer(market);
    const price = numberOf(offer.min_bid) * 1.1;
    const row = await get(market, await createUp(market, { price }));
    expect(row?.is_bid).toBe(true);
    expect(row?.dph_base).toBeCloseTo(price, 8);
  });

  it('ignores an environment that is not an object', async () => {
    const market = await startMarket();
    const row = await get(market, await createUp(market, { env: '-e HF=x' }));
    expect(row?.extra_env).toEqual([]);
  });

  it('accepts a start script of 4096 characters and a label of 256', async () => {
    const market = await startMarket();
    const reply = await create(market, { onstart: 'x'.repeat(4_096), label: 'x'.repeat(256) });
    expect(reply.status).toBe(200);
  });

  it.each<[string, Json]>([
    ['invalid_args', { onstart: 'x'.repeat(4_097) }],
    ['invalid_args', { onstart: 'x'.repeat(4_000), args_str: 'y'.repeat(97) }],
    ['invalid_args', { disk: 7 }],
    ['invalid_args', { disk: 1_000_000 }],
    ['invalid_args', { label: 'x'.repeat(257) }],
    ['invalid_args', { image: 'x'.repeat(1_025) }],
    ['invalid_args', { env: { LONG: 'x'.repeat(257) } }],
    ['invalid_price', { price: 129 }],
    ['no_ssh_key_for_vm', { vm: true }],
  ])('refuses with 400 %s what is out of bounds', async (error, body) => {
    const market = await startMarket();
    const { status, json } = await create(market, body);
    expect([status, json.error, json.success]).toEqual([400, error, false]);
    expect(market.simulator.instances()).toEqual([]);
  });

  it('refuses an offer id that is not a number', async () => {
    const { call } = await startMarket();
    const { status, json } = await call('PUT /api/v0/asks/first/', {});
    expect([status, json.error]).toEqual([400, 'invalid_args']);
    expect(json.msg).toContain('400/3467');
  });

  it('refuses every create without credit', async () => {
    const market = await startMarket({ credit: 0 });
    const { status, json } = await create(market);
    expect([status, json.error]).toEqual([400, 'insufficient_credit']);
  });

  it('rents no more GPUs of a machine than it has', async () => {
    const market = await startMarket();
    const [two] = await offersOf(market, { num_gpus: { eq: 2 }, gpu_frac: { eq: 1 } });
    const machine = { machine_id: { eq: two?.machine_id }, num_gpus: { eq: 1 } };
    const [one] = await offersOf(market, machine);
    await create(market, {}, numberOf(one?.id));
    expect((await create(market, {}, numberOf(asRow(two).id))).json.error).toBe('invalid_args');
  });
});
