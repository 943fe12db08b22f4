// The HTTP interface of the simulated provider: keys, paths, bodies, rate limits, and clients that
// misbehave.

import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSimulator } from '../../../../local/simulators/vastai/simulator.ts';
import {
  asRow,
  create,
  createUp,
  creditOf,
  get,
  type Json,
  KEY,
  numberOf,
  START,
  startMarket,
} from './support.ts';

const headers = { authorization: `Bearer ${KEY}` };
const WRONG = { authorization: 'Bearer wrong' };

describe('keys', () => {
  it('that are missing or wrong are refused with three responses', async () => {
    const { call } = await startMarket();
    const account = 'GET /api/v0/users/current/';
    const missing = await call(account, undefined, {});
    const wrong = await call(account, undefined, WRONG);
    const wrongGet = await call('GET /api/v0/instances/1/', undefined, WRONG);
    const shapes = [missing, wrong, wrongGet].map(({ status, json }) => [status, json.msg]);
    expect(shapes).toEqual([
      [403, 'This action requires login.'],
      [404, 'Invalid user key'],
      [401, 'Invalid user key'],
    ]);
    expect(missing.json.error).toBe('auth_error');
  });

  it('are not needed for a search, but must not be wrong', async () => {
    const { call } = await startMarket();
    expect((await call('POST /api/v0/bundles/', {}, {})).status).toBe(200);
    expect((await call('POST /api/v0/bundles/', {}, WRONG)).status).toBe(404);
  });

  it('may be in the query, and are never logged', async () => {
    const { call, simulator } = await startMarket();
    const path = `GET /api/v0/users/current/?owner=me&api_key=${KEY}`;
    expect((await call(path, undefined, {})).status).toBe(200);
    await call('GET /api/v0/users/current/');
    expect(simulator.requests()).toMatchObject([
      { method: 'GET', path: '/api/v0/users/current/', query: 'owner=me', status: 200 },
      { query: '', status: 200 },
    ]);
    expect(JSON.stringify(simulator.requests())).not.toContain(KEY);
  });

  it('of an instance are valid only for it, until it is destroyed', async () => {
    const market = await startMarket();
    const own = await create(market);
    const other = await createUp(market);
    const headers = { authorization: `Bearer ${own.json.instance_api_key}` };
    const path = `/api/v0/instances/${own.json.new_contract}/`;
    const attempt = async (line: string, body?: Json) =>
      (await market.call(line, body, headers)).status;
    expect(await attempt(`DELETE /api/v0/instances/${other}/`)).toBe(403);
    expect(await attempt('GET /api/v0/users/current/')).toBe(403);
    expect(await attempt(`PUT ${path}`, { state: 'stopped' })).toBe(200);
    expect(await attempt(`DELETE ${path}`)).toBe(200);
    expect(await attempt(`DELETE ${path}`)).toBe(404);
    expect(market.simulator.instances().map(({ alive }) => alive)).toEqual([false, true]);
  });
});

describe('paths', () => {
  it('without a trailing slash are redirected with 308, including the query', async () => {
    const { call } = await startMarket();
    const { status, headers } = await call('GET /api/v1/instances?limit=5');
    expect([status, headers.get('location')]).toEqual([308, '/api/v1/instances/?limit=5']);
    expect((await call('GET /api/v0/users/current')).status).toBe(200);
  });

  it('that do not exist get 404', async () => {
    const { call } = await startMarket();
    expect((await call('GET /api/v0/nothing/')).json.error).toBe('not_found');
    expect((await call('PATCH /api/v1/instances/')).status).toBe(404);
  });
});

describe('bodies', () => {
  it('that are not JSON objects are refused', async () => {
    const { call } = await startMarket();
    for (const body of ['{', '[]', 'null', '"text"']) {
      const { status, json } = await call('POST /api/v0/bundles/', body);
      expect([status, json]).toEqual([400, { error: 'invalid_request', msg: 'Invalid json body' }]);
    }
  });

  it('over a megabyte are refused with 413', async () => {
    const { call } = await startMarket();
    const fits = JSON.stringify({ pad: 'x'.repeat(1_048_576 - 10) });
    expect((await call('POST /api/v0/bundles/', fits)).status).toBe(400);
    expect((await call('POST /api/v0/bundles/', `${fits} `)).status).toBe(413);
  });

  it('that are aborted have no effect, and the server keeps serving', async () => {
    const market = await startMarket();
    const port = Number(new URL(market.address).port);
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write('PUT /api/v0/asks/1/ HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"im');
        socket.resetAndDestroy();
        socket.once('close', () => resolve());
      });
    });
    expect(await creditOf(market)).toBe(100);
    expect(market.simulator.requests()).toHaveLength(1);
  });
});

describe('rate limits', () => {
  it('always apply', async () => {
    const simulator = createSimulator({ keys: { apiKey: KEY }, now: () => START });
    onTestFinished(() => simulator.close());
    const url = `${await simulator.listen()}/api/v1/instances/`;
    const list = async () => (await fetch(url, { headers })).status;
    expect([await list(), await list()]).toEqual([200, 429]);
  });

  it('are a minimum time between two calls of one endpoint', async () => {
    const market = await startMarket({ spaced: false });
    const list = () => market.call('GET /api/v1/instances/');
    const statuses = [];
    for (const wait of [0, 999, 1]) {
      market.pass(wait);
      statuses.push((await list()).status);
    }
    // A refused call does not restart the wait, and another endpoint has its own limit.
    expect(statuses).toEqual([200, 429, 200]);
    expect((await market.call('GET /api/v0/instances/')).status).toBe(200);
  });

  /** The responses to creates of an unknown offer, each after a wait. */
  async function creates(options: { refusalRestarts: boolean }, ...waits: number[]) {
    const market = await startMarket({ spaced: false, ...options });
    const statuses = [];
    for (const wait of waits) {
      market.pass(wait);
      statuses.push((await market.call('PUT /api/v0/asks/1/', {})).status);
    }
    return statuses;
  }

  it('allow a create every 4.5 seconds', async () => {
    expect(await creates({ refusalRestarts: false }, 0, 4_500, 4_499)).toEqual([404, 404, 429]);
  });

  it('block creates for 12 seconds after an early call', async () => {
    const waits = [0, 4_499, 11_999, 1];
    expect(await creates({ refusalRestarts: false }, ...waits)).toEqual([404, 429, 429, 404]);
  });

  it('can restart the wait at each refused call', async () => {
    const waits = [0, 4_499, 11_999, 1, 12_000];
    expect(await creates({ refusalRestarts: true }, ...waits)).toEqual([404, 429, 429, 429, 404]);
  });
});

describe('the control routes', () => {
  it('have the effects of the controls in the process', async () => {
    const market = await startMarket();
    const id = await createUp(market);
    const { call } = market;
    expect((await call('GET /_sim/instances')).text).toBe(
      JSON.stringify(market.simulator.instances()),
    );
    expect((await call('GET /_sim/books')).json).toEqual({ ...market.simulator.books() });
    expect((await call('POST /_sim/faults', { name: 'refuse' })).status).toBe(200);
    expect((await create(market)).status).toBe(400);
    await call('DELETE /_sim/faults');
    expect((await create(market)).status).toBe(200);
    const foreign = await call('POST /_sim/foreign', { label: 'theirs' });
    expect(market.simulator.instances().find((one) => one.id === foreign.json.id)).toMatchObject({
      label: 'theirs',
      foreign: true,
    });
    await call('POST /_sim/prices', { id, factor: 2 });
    await call('POST /_sim/interrupt', { id });
    market.pass(3_000);
    const row = asRow(await get(market, id));
    expect(row.actual_status).toBe('exited');
    const before = market.simulator.books();
    await call('POST /_sim/traffic', { id, upGb: 1_000 });
    await call('POST /_sim/credit', { usd: 5 });
    const after = market.simulator.books();
    expect(after.spentMicroUsd).toBeGreaterThan(before.spentMicroUsd);
    expect(after.paidInMicroUsd).toBe(before.paidInMicroUsd + 5_000_000);
    await call('POST /_sim/vanish', { id });
    expect(await get(market, numberOf(row.id))).toBeNull();
    expect((await call('GET /_sim/requests')).text).toContain('/api/v0/asks/');
  });

  it('refuse invalid requests', async () => {
    const { call } = await startMarket();
    for (const [line, body] of [
      ['POST /_sim/faults', { name: 'flood' }],
      ['POST /_sim/faults', { name: 'refuse', forever: true }],
      ['POST /_sim/vanish', { id: 1 }],
      ['POST /_sim/traffic', { id: 1, upGb: 1 }],
      ['POST /_sim/credit', { usd: -1 }],
      ['GET /_sim/secrets', undefined],
    ] as const) {
      expect((await call(line, body)).status).toBe(400);
    }
  });
});
