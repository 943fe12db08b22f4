// Silence counts only time in which heartbeats could reach us. While our own heartbeat through the
// public route is lost, no lease becomes silent, however few leases there are; a lease that is
// silent afterwards still ends.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../functions/api-heartbeats.ts';
import { gatewayEvent } from '../../local/aws/gateway.ts';
import { within } from '../../shared/app/runtime.ts';
import { brandId, LeaseId } from '../../shared/core/base/ids.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

let world: LeaseWorld;
afterEach(() => world.close());

/** A world with a switch for the route of nodes, and one for the heartbeats of single leases. */
async function ingestWorld() {
  const off = { route: false, leases: new Set<string>() };
  world = await leaseWorld({
    sweepEvery: minutes(1),
    meddle: (call, run) => {
      if (call.name !== 'recordNodeHeartbeat') return run();
      const { headers } = call.payload as { headers: { authorization: string } };
      const [, leaseId = ''] = headers.authorization.split('.');
      return off.route || off.leases.has(leaseId) ? Promise.reject(new Error('lost')) : run();
    },
  });
  return off;
}

async function leased(count: number): Promise<readonly LeaseId[]> {
  const ids: LeaseId[] = [];
  for (let n = 0; n < count; n += 1) {
    ids.push((await world.active({ silenceLimitSeconds: 300, hours: 3, gpuNames: [] })).id);
    await world.service.refresh();
  }
  await world.pass(2 * MINUTE);
  return ids;
}

describe('while heartbeats cannot reach the service', () => {
  it.each([1, 3])('none of %i leases ends, and none does afterwards', async (count) => {
    const off = await ingestWorld();
    const ids = await leased(count);
    off.route = true;
    await world.pass(35 * MINUTE);
    expect(world.alive()).toBe(count);
    off.route = false;
    await world.pass(20 * MINUTE);
    expect(world.alive()).toBe(count);
    for (const id of ids) expect(await world.lease(id)).toMatchObject({ state: 'active' });
  });
});

describe('when heartbeats can reach the service again', () => {
  it('a lease that stays silent ends within its limit and a minute and a half', async () => {
    const off = await ingestWorld();
    const [dead = '', alive] = await leased(2);
    off.route = true;
    await world.pass(35 * MINUTE);
    off.leases.add(dead);
    off.route = false;
    await world.pass(MINUTE);
    const from = world.clock.now();
    await world.until(async () => world.alive() === 1, 1);
    expect(world.clock.now() - from).toBeLessThanOrEqual(6.5 * MINUTE);
    expect(await world.lease(brandId(LeaseId, dead))).toMatchObject({ reason: 'silent' });
    expect(await world.lease(alive ?? never())).toMatchObject({ state: 'active' });
  });

  it('operators were paged, and are not any more', async () => {
    const off = await ingestWorld();
    await leased(1);
    off.route = true;
    await world.pass(12 * MINUTE);
    expect((await world.sweep()).pages).toEqual([expect.stringMatching(/^heartbeats-lost: /)]);
    off.route = false;
    expect((await world.sweep(2)).pages).toEqual([]);
  });
});

describe('heartbeats of instance and application out of phase', () => {
  it.each([60, 300])('keep the wait of a lease with a limit of %i s', async (limit) => {
    const off = await ingestWorld();
    const { id } = await world.active({
      ...{ liveness: 'both', silenceLimitSeconds: limit, hours: 2 },
    });
    await world.pass(30_000);
    for (let sent = 0; sent < 2; sent += 1) {
      await world.ask('recordHeartbeat', { params: { id } });
      await world.pass(MINUTE);
    }
    const before = world.calls.filter((name) => name === 'judge').length;
    for (let sent = 0; sent < 60; sent += 1) {
      await world.ask('recordHeartbeat', { params: { id } });
      await world.pass(MINUTE);
    }
    const turns = world.calls.filter((name) => name === 'judge').length - before;
    expect(turns).toBeLessThanOrEqual(3_600 / limit);
    expect(world.alive()).toBe(1);

    off.leases.add(id);
    const from = world.clock.now();
    // The application goes on, 30 s out of phase: only the instance is silent.
    while (world.alive() > 0 && world.clock.now() - from < 20 * MINUTE) {
      await world.ask('recordHeartbeat', { params: { id } });
      await world.pass(10_000);
    }
    expect(world.clock.now() - from).toBeLessThanOrEqual(limit * 1_000 + 1.5 * MINUTE + 10_000);
    expect(await world.lease(id)).toMatchObject({ reason: 'silent' });
  });
});

describe('the route of heartbeats', () => {
  const post = (token: string) =>
    world.service.call('recordNodeHeartbeat', {
      headers: { authorization: `Bearer ${token}` },
      body: { number: 9_999_999_999 },
    });

  it('replies 503 while the database is down', async () => {
    let down = false;
    world = await leaseWorld({
      onDatabaseCall: () => {
        if (down) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      },
    });
    await world.active();
    down = true;
    const token = world.market.instances()[0]?.env['GPU_SHOPPER_LEASE_TOKEN'] ?? '';
    expect(await post(token)).toMatchObject({ status: 503 });
    down = false;
  });

  it('replies 503 while the key of tokens can not be read', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST').stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret');
    world = await leaseWorld();
    const { runtime } = world.service;
    const secrets = 'http://127.0.0.1:1';
    const config = {
      ...runtime.config,
      tagKey: undefined,
      secretArns: { GPU_SHOPPER_TAG_KEY: 'an-arn', GPU_SHOPPER_CURSOR_KEY: undefined },
      endpoints: { ...runtime.config.endpoints, secrets },
    };
    const headers = { authorization: `Bearer v1.${'a'.repeat(20)}.1.${'0'.repeat(32)}` };
    const event = gatewayEvent('recordNodeHeartbeat', { headers, body: { number: 1 } }, 'a-call');
    const context = { functionName: 'test' } as never;
    const reply = await within({ ...runtime, config }, () => handler(event, context));
    expect(reply).toMatchObject({ statusCode: 503 });
    vi.unstubAllEnvs();
  });
});

function never(): never {
  throw new Error('there are leases');
}
