// A release may come at any moment of the launch: between any two steps, and while the create call
// itself is under way. Whatever the moment, no instance survives it.

import { describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { marketBetween } from '../support/worlds/market-between.ts';
import type { Meddle } from '../support/worlds/virtual-time.ts';

/** The ordinary launch calls these, in this order. */
const LAUNCH = [
  'ChooseOffer',
  'ArmDeadline',
  'LaunchInstance',
  'AwaitReady',
  'ConfirmReady',
  'ServeLease',
];

async function endsWell(world: LeaseWorld, id: LeaseId): Promise<void> {
  await world.untilState(id, 'ended');
  await world.until(async () => world.service.engine.running().length === 0);
  expect(await world.leftovers(id)).toEqual([]);
}

describe.each(LAUNCH)('released around %s', (step) => {
  it.each(['before', 'after'])('just %s it, the lease ends with nothing left', async (moment) => {
    let world: LeaseWorld | undefined;
    let done = false;
    const release = async (payload: unknown): Promise<void> => {
      const { leaseId } = payload as { leaseId: LeaseId };
      if (!done) await world?.release(leaseId);
      done = true;
    };
    const meddle: Meddle = async (call, run) => {
      if (call.name !== step) return run();
      if (moment === 'before') await release(call.payload);
      const result = await run();
      if (moment === 'after') await release(call.payload);
      return result;
    };
    world = await leaseWorld({ meddle });
    const id = await world.request();
    await endsWell(world, id);
    expect(done).toBe(true);
    expect(await world.lease(id)).toMatchObject({ reason: 'released' });
    await world.close();
  });
});

describe('released while create is under way', () => {
  it.each(['before', 'after'])('%s it took effect, the instance is destroyed', async (when) => {
    let world: LeaseWorld | undefined;
    let id: LeaseId | undefined;
    let released = 0;
    const between = marketBetween(async (moment) => {
      const create = moment.method === 'PUT' && moment.path.includes('/asks/');
      if (!create || moment.when !== when || world === undefined || id === undefined)
        return undefined;
      released += 1;
      await world.release(id);
      return undefined;
    });
    world = await leaseWorld({ between: between.front });
    id = await world.request();
    await endsWell(world, id);
    expect(released).toBe(1);
    expect(world.market.instances().length).toBe(1);
    between.close();
    await world.close();
  });

  it('and the reply is lost, the instance is found by its tag and destroyed', async () => {
    let world: LeaseWorld | undefined;
    let id: LeaseId | undefined;
    const between = marketBetween(async (moment) => {
      const create = moment.method === 'PUT' && moment.path.includes('/asks/');
      if (!create || moment.when !== 'after' || world === undefined || id === undefined)
        return undefined;
      await world.release(id);
      return 'break';
    });
    world = await leaseWorld({ between: between.front });
    id = await world.request();
    await endsWell(world, id);
    expect(world.market.instances().length).toBe(1);
    between.close();
    await world.close();
  });
});

describe('launching', () => {
  it('takes the next candidate when the first offer is gone, and says so', async () => {
    const world = await leaseWorld();
    world.market.addFault({ name: 'refuse', operation: 'create', times: 1 });
    const { id } = await world.active();
    const reply = await world.ask('readEvents', { params: { id } });
    const types = (reply.body as { events: { type: string }[] }).events.map(({ type }) => type);
    expect(types).toContain('create-refused');
    const { attempts } = await world.lease(id);
    expect(attempts.map(({ state }) => state)).toEqual(['refused', 'created']);
    expect(attempts[0]?.offer.hostId).not.toBe(attempts[1]?.offer.hostId);
    await world.close();
  });

  it('adopts an instance whose creation was never answered, and creates no second', async () => {
    const world = await leaseWorld();
    world.market.addFault({ name: 'drop-after-effect', operation: 'create', times: 1 });
    await world.active();
    expect(world.market.instances().length).toBe(1);
    await world.close();
  });

  it('does not count a rate-limited create as a try', async () => {
    const world = await leaseWorld();
    world.market.addFault({ name: 'rate-limit', operation: 'create', times: 3 });
    const { id } = await world.active();
    expect((await world.lease(id)).attempts.length).toBe(4);
    await world.close();
  });

  it('gives back an instance that never boots, charges it, and takes another', async () => {
    const world = await leaseWorld();
    world.market.addFault({ name: 'never-boots', times: 1 });
    const { id } = await world.active();
    const [first, second] = (await world.lease(id)).attempts;
    expect(first).toMatchObject({ state: 'gone', reason: 'boot-timeout' });
    expect(second).toMatchObject({ state: 'created' });
    const alive = world.market.instances().filter((instance) => instance.alive);
    expect(alive.length).toBe(1);
    await world.close();
  });

  it('gives back an instance that costs more than the ceiling', async () => {
    const world = await leaseWorld();
    const offers = (await world.ask('listOffers', { query: { gpuName: 'RTX 4090', limit: '1' } }))
      .body as { offers: { microUsdPerHour: number }[] };
    const ceilingMicroUsdPerHour = Math.ceil((offers.offers[0]?.microUsdPerHour ?? 0) * 1.2);
    world.market.addFault({ name: 'price-rise', times: 1 });
    const id = await world.request({ ceilingMicroUsdPerHour });
    await world.until(async () => ['active', 'ended'].includes((await world.lease(id)).state));
    expect((await world.lease(id)).attempts[0]).toMatchObject({ reason: 'price-rose' });
    await world.close();
  });

  it('ends as over-budget when everything that fits is above the ceiling', async () => {
    const world = await leaseWorld();
    const id = await world.request({ ceilingMicroUsdPerHour: 1 });
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'over-budget', chargedMicroUsd: 0 });
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('ends as no-offer when no instance is of the kind asked for', async () => {
    const world = await leaseWorld();
    const id = await world.request({ gpuNames: ['RTX 9999'] });
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'no-offer', attempts: [] });
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('is ready by its SSH banner where instances have nowhere to call', async () => {
    const world = await leaseWorld({ phoneHome: false });
    await world.active();
    expect(world.calls).toContain('ProbeReady');
    await world.close();
  });
});
