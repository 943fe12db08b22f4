// A release at any moment of a launch leaves no instance alive: between any two steps, and during
// the create call itself.

import { describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { triesOf } from '../../shared/core/instance/attempt.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { marketBetween } from '../support/worlds/market-between.ts';
import { leaseIdIn, type Meddle } from '../support/worlds/virtual-time.ts';

/** The steps of an ordinary launch, in order. */
const LAUNCH = ['choose', 'arm', 'launch', 'await', 'get', 'confirm', 'serve'];

async function endsWithNothingLeft(world: LeaseWorld, id: LeaseId): Promise<void> {
  await world.untilState(id, 'ended');
  await world.until(async () => world.service.engine.running().length === 0);
  expect(await world.leftovers(id)).toEqual([]);
}

describe.each(LAUNCH)('a release around %s', (step) => {
  it.each(['before', 'after'])('just %s it ends the lease with nothing left', async (moment) => {
    let world: LeaseWorld | undefined;
    let done = false;
    const release = async (payload: unknown): Promise<void> => {
      const id = leaseIdIn(payload);
      if (!done && id !== null) await world?.release(id);
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
    await endsWithNothingLeft(world, id);
    expect(done).toBe(true);
    expect(await world.lease(id)).toMatchObject({ reason: 'released' });
    await world.close();
  });
});

describe('a release during a create call', () => {
  it.each(['before', 'after'])('%s it takes effect destroys the instance', async (when) => {
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
    await endsWithNothingLeft(world, id);
    expect(released).toBe(1);
    expect(world.market.instances().length).toBe(1);
    between.close();
    await world.close();
  });

  it('whose reply is lost finds the instance by its tag and destroys it', async () => {
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
    await endsWithNothingLeft(world, id);
    expect(world.market.instances().length).toBe(1);
    between.close();
    await world.close();
  });
});

/** Whether a refused call restarts the wait, which providers do not document. */
const MARKETS = [{ refusalRestarts: false }, { refusalRestarts: true }];

describe.each(MARKETS)(
  'a launch, with $refusalRestarts that refusals restart the wait',
  (market) => {
    it('uses the next candidate when the first offer is gone, and adds an event', async () => {
      const world = await leaseWorld({ market });
      world.market.addFault({ name: 'refuse', operation: 'create', times: 1 });
      const { id } = await world.active();
      const reply = await world.ask('readEvents', { params: { id } });
      const types = (reply.body as { events: { type: string }[] }).events.map(({ type }) => type);
      expect(types).toContain('create-refused');
      const { attempts } = await world.lease(id);
      // The second create call may come too early: that is no try.
      const [first, second, ...more] = triesOf(attempts);
      expect([first?.state, second?.state, more]).toEqual(['refused', 'created', []]);
      expect(first?.offer.hostId).not.toBe(second?.offer.hostId);
      await world.close();
    });

    it('finds an instance whose create reply was lost, and creates no second one', async () => {
      const world = await leaseWorld({ market });
      world.market.addFault({ name: 'drop-after-effect', operation: 'create', times: 1 });
      await world.active();
      expect(world.market.instances().length).toBe(1);
      await world.close();
    });

    it('does not count a rate-limited create as a try', async () => {
      const world = await leaseWorld({ market });
      world.market.addFault({ name: 'rate-limit', operation: 'create', times: 3 });
      const { id } = await world.active();
      expect((await world.lease(id)).attempts.length).toBe(4);
      await world.close();
    });

    it('destroys an instance that never boots, and creates another one', async () => {
      const world = await leaseWorld({ market });
      world.market.addFault({ name: 'never-boots', times: 1 });
      const { id } = await world.active();
      const [first, second] = (await world.lease(id)).attempts;
      expect(first).toMatchObject({ state: 'gone', reason: 'boot-timeout' });
      expect(second).toMatchObject({ state: 'created' });
      const alive = world.market.instances().filter((instance) => instance.alive);
      expect(alive.length).toBe(1);
      await world.close();
    });

    it('destroys an instance that costs more than the ceiling', async () => {
      const world = await leaseWorld({ market });
      const offers = (await world.ask('listOffers', { query: { gpuName: 'RTX 4090', limit: '1' } }))
        .body as { offers: { microUsdPerHour: number }[] };
      const ceilingMicroUsdPerHour = Math.ceil((offers.offers[0]?.microUsdPerHour ?? 0) * 1.2);
      world.market.addFault({ name: 'price-rise', times: 1 });
      const id = await world.request({ ceilingMicroUsdPerHour });
      await world.until(async () => ['active', 'ended'].includes((await world.lease(id)).state));
      expect((await world.lease(id)).attempts[0]).toMatchObject({ reason: 'price-rose' });
      await world.close();
    });

    it('ends the lease as over-budget when every matching offer is above the ceiling', async () => {
      const world = await leaseWorld({ market });
      const id = await world.request({ ceilingMicroUsdPerHour: 1 });
      await world.untilState(id, 'ended');
      expect(await world.lease(id)).toMatchObject({ reason: 'over-budget', chargedMicroUsd: 0 });
      expect(await world.leftovers(id)).toEqual([]);
      await world.close();
    });

    it('ends the lease as no-offer when no offer matches', async () => {
      const world = await leaseWorld({ market });
      const id = await world.request({ gpuNames: ['RTX 9999'] });
      await world.untilState(id, 'ended');
      expect(await world.lease(id)).toMatchObject({ reason: 'no-offer', attempts: [] });
      expect(await world.leftovers(id)).toEqual([]);
      await world.close();
    });

    it('gives an instance that was found later its SSH key, once', async () => {
      const world = await leaseWorld({ market });
      world.market.addFault({ name: 'drop-after-effect', operation: 'create', times: 1 });
      const { id, attempts } = await world.active();
      expect(attempts).toMatchObject([{ keyAttached: true }]);
      const types = await world.eventTypes(id);
      expect(types.filter((type) => type === 'key-handed-over')).toHaveLength(1);
      await world.close();
    });

    it('is ready by its SSH banner when instances cannot send heartbeats', async () => {
      const world = await leaseWorld({ market, phoneHome: false });
      await world.active();
      expect(world.calls).toContain('probe');
      await world.close();
    });
  },
);
