// Which heartbeats are refused, whose heartbeats keep a lease alive, and what an instance does when
// it gets no reply.

import { afterEach, describe, expect, it } from 'vitest';
import { policy } from '../../shared/core/base/policy/policy.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

let world: LeaseWorld;
afterEach(() => world.close());

const tokenOf = (index = 0): string =>
  world.market.instances()[index]?.env['GPU_SHOPPER_LEASE_TOKEN'] ?? '';
const heartbeat = (body: object, token = tokenOf()) =>
  world.service.call('recordNodeHeartbeat', {
    headers: { authorization: `Bearer ${token}` },
    body,
  });
const count = (name: string): number => world.service.counts.get(name) ?? 0;
const noneAlive = async (): Promise<boolean> =>
  !world.market.instances().some((instance) => instance.alive);

describe('an instance', () => {
  it('receives its own lease token, its times and its job, and no key of ours', async () => {
    world = await leaseWorld();
    const env = { GPU_SHOPPER_JOB_ID: 'run/7' };
    await world.untilState(await world.request({ env, silenceLimitSeconds: 3_600 }), 'active');
    const received = world.market.instances()[0]?.env ?? {};
    expect(received).toMatchObject({
      ...env,
      GPU_SHOPPER_NODE_URL: expect.stringContaining('/node/v1/heartbeats'),
      // It may go without a reply for longer than the lease's silence limit.
      GPU_SHOPPER_NODE_SECONDS: '60 3900 18000 60 60',
    });
    const { tagKey = '', providers } = world.service.runtime.config;
    const keys = Object.values(providers).flatMap((access) => Object.values(access.keys));
    expect(keys).toEqual([expect.stringMatching(/^[\w-]+$/)]);
    for (const key of [tagKey, ...keys]) expect(Object.values(received)).not.toContain(key);
  });
});

describe('a heartbeat', () => {
  it('with a number that is not greater than the last one is refused and counted', async () => {
    world = await leaseWorld();
    await world.untilState(await world.request(), 'active');
    const number = Math.floor(world.clock.now() / 1_000) + 10_000;
    expect(await heartbeat({ number })).toMatchObject({
      status: 200,
      body: { carryOn: true, everySeconds: 60, secondsLeft: expect.any(Number) },
    });
    expect(await heartbeat({ number })).toMatchObject({
      status: 409,
      body: { type: 'urn:gpu-shopper:problem:Replayed', field: 'number' },
    });
    expect((await heartbeat({ number: number - 1 })).status).toBe(409);
    expect(count('heartbeat-replayed')).toBe(2);
  });

  it('that is malformed or foreign is refused and counted', async () => {
    world = await leaseWorld();
    const { id } = await world.active();
    const gpus = [[1, 2, 3, 4]];
    expect((await heartbeat({ number: 0 })).status).toBe(400);
    expect((await heartbeat({ number: 9, telemetry: { gpus } })).status).toBe(400);
    expect((await heartbeat({ number: 9 }, `v1.${id}.1.${'0'.repeat(32)}`)).status).toBe(403);
    expect(count('heartbeat-malformed')).toBe(2);
    expect(count('heartbeat-foreign')).toBe(1);
  });

  it('after the end gets carryOn: false, and is counted', async () => {
    world = await leaseWorld();
    const { id } = await world.active();
    const token = tokenOf();
    await world.release(id);
    await world.untilState(id, 'ended');
    const late = await heartbeat({ number: 9_999_999_999 }, token);
    expect(late).toMatchObject({ status: 200, body: { carryOn: false, reason: 'released' } });
    expect(count('heartbeat-late')).toBe(1);
  });

  it('of an older attempt gets carryOn: false once a newer instance is active', async () => {
    world = await leaseWorld();
    world.market.addFault({ name: 'never-boots', times: 1 });
    const { id } = await world.active();
    expect((await world.lease(id)).attempts).toHaveLength(2);
    const late = await heartbeat({ number: 9_999_999_999 }, tokenOf(0));
    expect(late).toMatchObject({ status: 200, body: { carryOn: false } });
    expect(count('heartbeat-foreign')).toBe(1);
  });
});

describe('the reply to a heartbeat', () => {
  it('says by when the next one of its sender is due', async () => {
    world = await leaseWorld();
    const { id } = await world.active({ silenceLimitSeconds: 300 });
    const sent = world.clock.now();
    const nextHeartbeatBy = new Date(sent + 5 * MINUTE).toISOString();
    const number = Math.floor(sent / 1_000) + 10_000;
    const replies = [
      await world.ask('recordHeartbeat', { params: { id } }),
      await heartbeat({ number }),
    ];
    for (const { body } of replies) expect(body).toMatchObject({ carryOn: true, nextHeartbeatBy });
  });
});

describe('a lease', () => {
  it('with liveness auto goes on by its instance when its application stops', async () => {
    world = await leaseWorld({ sweepEvery: minutes(1) });
    const { id } = await world.active({ silenceLimitSeconds: 300 });
    expect(await world.ask('recordHeartbeat', { params: { id } })).toMatchObject({ status: 200 });
    await world.pass(20 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ state: 'active' });
    expect(world.alive()).toBe(1);
  });

  it('with liveness auto ends as silent when neither sends heartbeats', async () => {
    let crashed: string | null = null;
    const meddle: Meddle = (call, run) => {
      const { headers } = call.payload as { headers?: { authorization?: string } };
      const token = headers?.authorization ?? '';
      const lost = crashed !== null && token.includes(crashed);
      return lost && call.name === 'recordNodeHeartbeat'
        ? Promise.reject(new Error('lost'))
        : run();
    };
    world = await leaseWorld({ meddle, sweepEvery: minutes(1) });
    const { id } = await world.active({ silenceLimitSeconds: 300 });
    crashed = id;
    await world.pass(2 * MINUTE);
    await world.ask('recordHeartbeat', { params: { id } });
    const from = world.clock.now();
    await world.untilState(id, 'ending');
    expect(world.clock.now() - from).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(world.clock.now() - from).toBeLessThanOrEqual(6.5 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ reason: 'silent' });
  });

  it.each(['app', 'both'] as const)(
    'with liveness %s ends as silent when only its instance sends heartbeats',
    async (liveness) => {
      world = await leaseWorld({ sweepEvery: minutes(1) });
      const { id } = await world.active({ liveness, silenceLimitSeconds: 300 });
      const from = world.clock.now();
      await world.untilState(id, 'ending');
      expect(world.clock.now() - from).toBeLessThanOrEqual(6.5 * MINUTE);
      expect(await world.lease(id)).toMatchObject({ reason: 'silent' });
    },
  );
});

describe('the dead-man switch', () => {
  it('ends an instance that gets no reply when our whole service is gone', async () => {
    world = await leaseWorld();
    await world.active({ hours: 6 });
    // The first reply has the launch bound, the next one the end of the lease.
    await world.pass(2 * MINUTE);
    world.stopService();
    const from = world.clock.now();
    await world.until(noneAlive, 6);
    // 5 h without a further reply, a minute of grace, and the wait until the next heartbeat.
    expect(world.clock.now() - from).toBeLessThanOrEqual(302 * MINUTE);
    expect(world.clock.now() - from).toBeGreaterThan(299 * MINUTE);
  });

  it('ends an instance at its deadline when only heartbeats still work', async () => {
    let gone = false;
    const meddle: Meddle = (call, run) =>
      gone && call.name !== 'recordNodeHeartbeat' ? Promise.reject(new Error('gone')) : run();
    world = await leaseWorld({ meddle });
    const { id } = await world.active({ hours: 1 });
    await world.pass(2 * MINUTE);
    const { deadline } = await world.lease(id);
    gone = true;
    await world.until(noneAlive, 6);
    expect(world.clock.now() - deadline).toBeLessThanOrEqual(2 * MINUTE);
    expect(world.clock.now()).toBeGreaterThan(deadline);
  });

  it('does nothing while the service ends the lease itself', async () => {
    world = await leaseWorld();
    const id = await world.request({ hours: 1 });
    await world.untilState(id, 'ended');
    const { deadline } = await world.lease(id);
    const [instance] = world.market.instances();
    expect(instance?.end?.at).toBeLessThan(deadline + policy.node.grace);
    expect(await world.leftovers(id)).toEqual([]);
  });
});
