// The simulated marketplace from create to charge, over the provider's wire format.

import { describe, expect, it } from 'vitest';
import {
  asRow,
  asRows,
  chargesOf,
  create,
  createUp,
  creditOf,
  DAY,
  destroy,
  directPort,
  get,
  greeting,
  HOUR,
  listedIds,
  MINUTE,
  numberOf,
  offersOf,
  query,
  START,
  someOffer,
  startMarket,
} from './support.ts';

describe('an instance', () => {
  it('goes from null through loading to running, and shows its port only then', async () => {
    const market = await startMarket();
    const id = numberOf((await create(market)).json.new_contract);
    const seen: unknown[] = [];
    for (const wait of [1_000, 4_000, 30_000, 5_000]) {
      market.pass(wait);
      const row = await get(market, id);
      seen.push([row?.actual_status, row?.ports === null, row?.ssh_host]);
    }
    expect(seen).toEqual([
      [null, true, '127.0.0.1'],
      ['loading', true, '127.0.0.1'],
      ['loading', true, '127.0.0.1'],
      ['running', false, '127.0.0.1'],
    ]);
  });

  it('accepts SSH on the shown port until it is destroyed', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    const row = await get(market, id);
    const port = directPort(row);
    expect(await greeting(port)).toMatch(/^SSH-2\.0-OpenSSH_9\.6p1.*\r\n$/);
    expect([row?.public_ipaddr, row?.ssh_port]).toEqual(['127.0.0.1\n', port]);
    await destroy(market, id);
    await expect(greeting(port)).rejects.toThrow('ECONNREFUSED');
  });

  it('is reachable only through the proxy unless direct SSH is requested', async () => {
    const market = await startMarket();
    const row = await get(market, await createUp(market, { runtype: 'jupyter_proxy ssh_proxy' }));
    expect(row?.ports).toBeNull();
    // With Jupyter, the proxy listens one port higher than shown.
    expect(await greeting(numberOf(row?.ssh_port) + 1)).toContain('SSH-2.0');
  });

  it('appears late in reads and lists, and disappears late after destroy', async () => {
    const market = await startMarket();
    const id = numberOf((await create(market)).json.new_contract);
    expect([await get(market, id), await listedIds(market)]).toEqual([null, []]);
    market.pass(1_000);
    expect([(await get(market, id))?.id, await listedIds(market)]).toEqual([id, []]);
    market.pass(4_000);
    expect(await listedIds(market)).toEqual([id]);

    await destroy(market, id);
    market.pass(1_999);
    expect([(await get(market, id))?.id, await listedIds(market)]).toEqual([id, [id]]);
    market.pass(1);
    expect([await get(market, id), await listedIds(market)]).toEqual([null, []]);
  });

  it('is destroyed once with 200; a second destroy responds 404', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    const first = await destroy(market, id);
    const second = await destroy(market, id);
    expect([first.status, first.json]).toEqual([200, { success: true }]);
    expect([second.status, second.json.error]).toEqual([404, 'no_such_instance']);
  });

  it('holds its GPUs from create to destroy', async () => {
    const market = await startMarket();
    const [offer] = await offersOf(market, { num_gpus: { eq: 2 } });
    const machine = { machine_id: { eq: offer?.machine_id } };
    const before = (await offersOf(market, machine)).map(({ id }) => id);
    expect(before.length).toBeGreaterThan(1);
    const reply = await create(market, {}, numberOf(offer?.id));
    const during = (await offersOf(market, machine)).map(({ id }) => id);
    expect(during).not.toContain(offer?.id);
    expect(during.length).toBeLessThan(before.length);
    expect(await offersOf(market, { ...machine, rented: { eq: true }, rentable: {} })).not.toEqual(
      [],
    );
    await destroy(market, numberOf(reply.json.new_contract));
    expect((await offersOf(market, machine)).map(({ id }) => id)).toEqual(before);
  });

  it('costs the price of its offer for that disk', async () => {
    const market = await startMarket();
    const { id } = await someOffer(market);
    const [offer] = await offersOf(market, { ask_contract_id: { eq: id }, allocated_storage: 20 });
    const reply = await create(market, { disk: 20 }, numberOf(id));
    market.pass(MINUTE);
    const row = await get(market, numberOf(reply.json.new_contract));
    expect(row?.dph_total).toBe(offer?.dph_total);
    expect(numberOf(row?.dph_total)).toBeGreaterThan(numberOf(row?.dph_base));
  });

  it('stops, starts and takes a new label on request', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    const path = `PUT /api/v0/instances/${id}/`;
    expect((await market.call(path, { label: 'other' })).json.msg).toBe(
      `label for ${id} set to 'other'`,
    );
    const statuses = async () => {
      const row = await get(market, id);
      return [row?.intended_status, row?.cur_state, row?.actual_status];
    };
    // The intended status shows immediately, the actual status three seconds late.
    await market.call(path, { state: 'stopped' });
    market.pass(2_999);
    expect(await statuses()).toEqual(['stopped', 'running', 'running']);
    market.pass(1);
    expect(await statuses()).toEqual(['stopped', 'stopped', 'exited']);
    await market.call(path, { state: 'running' });
    market.pass(2_999);
    expect(await statuses()).toEqual(['running', 'stopped', 'exited']);
    market.pass(1);
    expect(await statuses()).toEqual(['running', 'running', 'loading']);
    market.pass(MINUTE);
    const again = await get(market, id);
    expect([again?.actual_status, again?.label]).toEqual(['running', 'other']);
    const long = await market.call(path, { label: 'x'.repeat(1_025) });
    expect([long.status, long.json.error]).toEqual([400, 'label_too_long']);
  });

  it('keeps SSH keys, and lists them as JSON in a string', async () => {
    const market = await startMarket();
    const path = `/api/v0/instances/${await createUp(market)}/ssh/`;
    const attached = await market.call(`POST ${path}`, { ssh_key: 'ssh-ed25519 AAAA me' });
    expect([attached.status, attached.json.msg]).toEqual([200, 'SSH key attached successfully']);
    const { ssh_keys } = (await market.call(`GET ${path}`)).json;
    const [key] = asRows(JSON.parse(String(ssh_keys)));
    expect(key).toMatchObject({ name: 'me', public_key: 'ssh-ed25519 AAAA me' });
    expect((await market.call(`DELETE ${path}${key?.id}/`)).status).toBe(200);
    expect((await market.call(`DELETE ${path}${key?.id}/`)).json.error).toBe('no_such_ssh_key');
    expect((await market.call(`POST ${path}`, {})).json.error).toBe('no_ssh_key');
    const unknown = await market.call('POST /api/v0/instances/1/ssh/', { ssh_key: 'k' });
    expect([unknown.status, unknown.json.error]).toEqual([404, 'no_such_instance']);
  });
});

describe('the account', () => {
  it('pays for GPUs while they run and for disk as long as it exists', async () => {
    const market = await startMarket();
    const id = await createUp(market, { disk: 100 });
    const row = await get(market, id);
    market.pass(HOUR - MINUTE);
    await market.call(`PUT /api/v0/instances/${id}/`, { state: 'stopped' });
    market.pass(HOUR);
    await destroy(market, id);
    market.pass(DAY);
    const [book] = market.simulator.books().instances;
    expect(book?.gpuMs).toBe(HOUR - 40_000);
    expect(book?.gpuMicroUsd).toBeCloseTo(
      (numberOf(row?.dph_base) * 1e6 * (HOUR - 40_000)) / HOUR,
      -1,
    );
    expect(book?.diskMicroUsd).toBeCloseTo(numberOf(row?.storage_total_cost) * 2e6, -1);
    expect(await creditOf(market)).toBeCloseTo(100 - (book?.totalMicroUsd ?? 0) / 1e6, 6);
  });

  it('stops every instance when the credit is used up; disks are still billed', async () => {
    const market = await startMarket({ credit: 0.2 });
    const id = await createUp(market);
    const rate = numberOf((await get(market, id))?.dph_total);
    market.pass(100 * HOUR);
    expect((await get(market, id))?.cur_state).toBe('stopped');
    const [truth] = market.simulator.instances();
    expect((truth?.cost.gpuMs ?? 0) / HOUR).toBeCloseTo(0.2 / rate, 1);
    const credit = await creditOf(market);
    expect(credit).toBeLessThan(0);
    expect(credit).toBeGreaterThan(-0.8);
    const refused = await create(market);
    expect([refused.status, refused.json.error]).toEqual([400, 'insufficient_credit']);
  });

  it('lists charges that match the actual costs, including destroyed instances', async () => {
    const market = await startMarket();
    const ids: number[] = [];
    for (let index = 0; index < 6; index += 1) {
      ids.push(await createUp(market, { label: `ours-${index}`, disk: 8 + 90 * index }));
      market.pass(index * 7 * HOUR + 12_345);
    }
    for (const id of ids.slice(0, 4)) await destroy(market, id);
    market.pass(5 * HOUR);
    const charges = await chargesOf(market, START, market.now());
    const rows = asRows(charges.results);
    const books = market.simulator.books();
    expect([charges.count, charges.total, rows.length]).toEqual([6, 6, 6]);
    for (const book of books.instances) {
      const row = rows.find(({ source }) => source === `instance-${book.id}`);
      // Two items, each rounded to a tenth of a cent.
      const off = numberOf(row?.amount) - book.totalMicroUsd / 1e6;
      expect(Math.abs(off)).toBeLessThanOrEqual(0.001);
      expect(asRow(row?.metadata).label).toBe(book.label);
      expect(asRows(row?.items).map(({ type }) => type)).toEqual(['gpu', 'disk']);
    }
    const sum = books.instances.reduce((total, { totalMicroUsd }) => total + totalMicroUsd, 0);
    expect(books.spentMicroUsd).toBe(sum);
  });

  it('lists charges per UTC day', async () => {
    const market = await startMarket();
    await createUp(market, { disk: 200 });
    market.pass(3 * DAY);
    const each = [];
    for (const day of [0, 1, 2, 3]) {
      const at = START + day * DAY;
      each.push(numberOf(asRows((await chargesOf(market, at, at)).results)[0]?.amount));
    }
    const [all] = asRows((await chargesOf(market, START, market.now())).results);
    expect(each.reduce((sum, amount) => sum + amount, 0)).toBeCloseTo(numberOf(all?.amount), 2);
    expect([all?.start, all?.end]).toEqual([START / 1000, (START + 3 * DAY) / 1000]);
    expect(all?.description).toMatch(/Charges - 4 days$/);
  });

  it('must name the days of its charges, and lists them in pages', async () => {
    const market = await startMarket();
    const path = 'GET /api/v0/charges/?';
    const without = await market.call(path);
    expect([without.status, without.json.msg]).toEqual([
      400,
      "Must provide both 'day' gte and lte filters for instance charges",
    ]);
    for (let index = 0; index < 3; index += 1) await createUp(market);
    const select_filters = { day: { gte: START / 1000, lte: START / 1000 } };
    const page = `${path}${query({ select_filters, limit: 2, latest_first: true })}`;
    const first = (await market.call(page)).json;
    const second = (await market.call(`${page}&after_token=${first.next_token}`)).json;
    const sources = [first, second].flatMap(({ results }) => asRows(results));
    expect(sources.map(({ source }) => source)).toEqual(
      [31_988_003, 31_988_002, 31_988_001].map((id) => `instance-${id}`),
    );
    expect([first.count, first.total, second.next_token]).toEqual([2, 3, null]);
  });
});
