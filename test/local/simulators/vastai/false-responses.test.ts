// The faults whose responses are wrong, most of them with status 200: each has its documented
// effect, and the controls still report the actual state.

import { describe, expect, it } from 'vitest';
import {
  asRow,
  chargesOf,
  create,
  createUp,
  creditOf,
  DAY,
  destroy,
  get,
  HOUR,
  KEY,
  listedIds,
  MINUTE,
  offersOf,
  startMarket,
  type TestMarket,
} from './support.ts';

const aliveIds = ({ simulator }: TestMarket) =>
  simulator.instances().flatMap(({ id, alive }) => (alive ? [Number(id)] : []));

const listedLabels = async ({ call }: TestMarket): Promise<unknown[]> => {
  const { instances } = (await call('GET /api/v1/instances/')).json;
  return Array.isArray(instances) ? instances.map((row) => asRow(row).label) : [];
};

describe('other-account', () => {
  it.each([
    [0, 654_321],
    [1, 123_456],
  ])('with variant %i shows another account, whose id is %i', async (variant, userId) => {
    const market = await startMarket();
    const id = await createUp(market);
    market.simulator.addFault({ name: 'other-account', variant });
    expect([await get(market, id), await listedIds(market)]).toEqual([null, []]);
    expect((await destroy(market, id)).json.error).toBe('no_such_instance');
    expect((await chargesOf(market, market.now(), market.now())).results).toEqual([]);
    expect((await market.call('GET /api/v0/users/current/')).json.id).toBe(userId);
    expect(aliveIds(market)).toEqual([id]);
    market.simulator.clearFaults();
    expect(await listedIds(market)).toEqual([id]);
  });

  it('shows only to the other account what it created', async () => {
    const market = await startMarket();
    market.simulator.addFault({ name: 'other-account' });
    const id = await createUp(market);
    expect(await listedIds(market)).toEqual([id]);
    market.simulator.clearFaults();
    expect([await listedIds(market), aliveIds(market)]).toEqual([[], [id]]);
  });
});

describe('lists', () => {
  it('empty-list shows no instance and a total of 0', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    market.simulator.addFault({ name: 'empty-list' });
    const { json } = await market.call('GET /api/v1/instances/');
    expect([json.instances, json.total_instances]).toEqual([[], 0]);
    expect((await get(market, id))?.id).toBe(id);
  });

  it('missing-total leaves the totals of instances and charges out', async () => {
    const market = await startMarket();
    await createUp(market);
    market.simulator.addFault({ name: 'missing-total' });
    const list = (await market.call('GET /api/v1/instances/')).json;
    const charges = await chargesOf(market, market.now(), market.now());
    expect([Object.hasOwn(list, 'total_instances'), Object.hasOwn(charges, 'total')]).toEqual([
      false,
      false,
    ]);
    expect(await listedIds(market)).toHaveLength(1);
  });
});

describe('labels', () => {
  it.each([
    ['rewritten-label', 0, 'renamed by the provider'],
    ['rewritten-label', 1, 'LABEL-OF-THE-TEST-WITH-FORTY-CHARACTERS-X'],
    ['rewritten-label', 2, null],
    ['cut-label', 0, 'label-of-the-test-with-forty-ch'],
    ['cut-label', 1, 'label-of-th'],
  ] as const)('%s %i shows %s in reads, lists and charges', async (name, variant, shown) => {
    const market = await startMarket();
    const label = 'label-of-the-test-with-forty-characters-x';
    const id = await createUp(market, { label });
    market.simulator.addFault({ name, variant });
    const { results } = await chargesOf(market, market.now(), market.now());
    const [charge] = Array.isArray(results) ? results : [];
    expect([
      (await get(market, id))?.label,
      await listedLabels(market),
      asRow(asRow(charge).metadata).label,
    ]).toEqual([shown, [shown], shown]);
    expect(market.simulator.instances()[0]?.label).toBe(label);
  });

  it('SIM_FAULT rewrites the label of one instance', async () => {
    const market = await startMarket();
    await createUp(market, { env: { SIM_FAULT: 'rewritten-label' } });
    await createUp(market);
    expect(await listedLabels(market)).toEqual(['renamed by the provider', 'ours']);
  });
});

describe('numbers of instances', () => {
  it('wrong-id reports the number of another instance, or of none', async () => {
    const market = await startMarket();
    market.simulator.addFault({ name: 'wrong-id', times: 2 });
    const unknown = (await create(market)).json.new_contract;
    const other = (await create(market)).json.new_contract;
    const [first] = aliveIds(market);
    expect(aliveIds(market)).toHaveLength(2);
    expect(aliveIds(market)).not.toContain(unknown);
    expect(other).toBe(first);
  });

  it('reused-id gives a new instance the number of an ended one', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    await destroy(market, id);
    market.simulator.addFault({ name: 'reused-id', times: 1 });
    expect(await createUp(market, { label: 'second' })).toBe(id);
    expect(await listedLabels(market)).toEqual(['second']);
    expect((await get(market, id))?.actual_status).toBe('running');
  });

  it('reused-id with an instance id gives its number to an instance of someone else', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    market.simulator.addFault({ name: 'reused-id', instanceId: String(id) });
    market.pass(MINUTE);
    expect(await listedLabels(market)).toEqual(['somebody-elses-training']);
    expect(market.simulator.instances().map(({ alive, foreign }) => [alive, foreign])).toEqual([
      [false, false],
      [true, true],
    ]);
  });
});

describe('odd rows', () => {
  it.each([
    [0, '"ssh_port":""'],
    [1, '"label":123'],
    [2, '"status_msg":{}'],
    [3, '"gpu_temp":NaN'],
  ])('of instances, variant %i, have %s in the row of one instance', async (variant, text) => {
    const market = await startMarket();
    const id = await createUp(market);
    await createUp(market);
    market.simulator.addFault({ name: 'odd-row', instanceId: String(id), variant });
    const one = await fetch(`${market.address}/api/v0/instances/${id}/`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    const list = await fetch(`${market.address}/api/v1/instances/`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect(await one.text()).toContain(text);
    expect((await list.text()).split(text)).toHaveLength(2);
  });

  it('of offers and charges are in one row of each response', async () => {
    const market = await startMarket();
    for (let count = 0; count < 2; count += 1) await createUp(market);
    market.simulator.addFault({ name: 'odd-row', variant: 0 });
    const offers = await offersOf(market);
    const { results } = await chargesOf(market, market.now(), market.now());
    const charges = Array.isArray(results) ? results.map(asRow) : [];
    expect(offers.filter(({ gpu_ram }) => gpu_ram === null)).toHaveLength(1);
    expect(charges.map(({ amount }) => amount === null)).toEqual([true, false]);
  });
});

describe('errors', () => {
  it('quoted-key quotes the key in six forms without an effect', async () => {
    const market = await startMarket();
    market.simulator.addFault({ name: 'quoted-key', times: 6 });
    const texts = [];
    for (let count = 0; count < 6; count += 1) {
      const { status, json } = await create(market, {}, 30_400_001);
      texts.push([status, String(json.msg).split(' ').at(4)]);
    }
    expect(texts).toEqual(
      [
        KEY,
        `https://vast.example/?api_key=${KEY}`,
        Buffer.from(KEY).toString('base64'),
        Buffer.from(`user:${KEY}`).toString('base64'),
        'key-of-the-t...',
        '...-of-the-test',
      ].map((text) => [400, text]),
    );
    expect(market.simulator.instances()).toEqual([]);
  });

  it('young-404 does not find an instance before its age', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    market.simulator.addFault({ name: 'young-404', forMs: 2 * MINUTE });
    expect((await destroy(market, id)).json.error).toBe('no_such_instance');
    expect(aliveIds(market)).toEqual([id]);
    market.pass(MINUTE);
    expect((await destroy(market, id)).status).toBe(200);
  });

  it('absurd-retry-after refuses calls with four headers', async () => {
    const market = await startMarket();
    market.simulator.addFault({ name: 'absurd-retry-after', times: 4 });
    const headers = [];
    for (let count = 0; count < 4; count += 1) {
      const { status, headers: sent } = await market.call('GET /api/v1/instances/');
      headers.push([status, sent.get('retry-after')]);
    }
    expect(headers).toEqual([
      [429, '315360000'],
      [429, '-1'],
      [429, 'Fri, 31 Dec 9999 23:59:59 GMT'],
      [429, 'soon'],
    ]);
  });
});

describe('a refund', () => {
  it('is a charge with a negative amount and raises the credit', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    market.pass(HOUR);
    const [before, spent] = [await creditOf(market), market.simulator.books().spentMicroUsd];
    market.simulator.refund({ id: String(id), usd: 0.05 });
    const { results, total } = await chargesOf(market, market.now(), market.now() + DAY);
    const amounts = Array.isArray(results) ? results.map((row) => asRow(row).amount) : [];
    expect([total, amounts[1]]).toEqual([2, -0.05]);
    expect((await creditOf(market)) - before).toBeCloseTo(0.05, 6);
    expect(market.simulator.books().spentMicroUsd).toBe(spent - 50_000);
  });
});
