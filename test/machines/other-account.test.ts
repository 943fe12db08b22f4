// A key of another account of the same provider, and lists that are empty although instances run:
// nothing that they say is about our instances. Each test asks the market what is alive there.

import { describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { type LeaseWorld, leaseWorld, OPERATOR } from '../support/worlds/lease.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

async function threeActive(world: LeaseWorld): Promise<readonly LeaseId[]> {
  const ids: LeaseId[] = [];
  for (let n = 0; n < 3; n += 1) ids.push((await world.active()).id);
  return ids;
}

const statesOf = (world: LeaseWorld, ids: readonly LeaseId[]) =>
  Promise.all(ids.map(async (id) => (await world.lease(id)).state));

describe('a key of another account', () => {
  it.each([0, 1])(
    'as variant %i loses no lease, pages, and destroys nothing when the right key is back',
    async (variant) => {
      const world = await leaseWorld();
      const ids = await threeActive(world);
      world.market.addFault({ name: 'other-account', variant });
      const record = await world.sweep(15);
      expect(record.pages).toContainEqual(
        expect.stringMatching(/^(other-account|contradiction): /),
      );
      expect(await statesOf(world, ids)).toEqual(['active', 'active', 'active']);
      world.market.clearFaults();
      await world.sweep(3);
      expect(world.alive()).toBe(3);
      expect(await statesOf(world, ids)).toEqual(['active', 'active', 'active']);
      await world.close();
    },
  );

  it('proves no instance absent', async () => {
    const world = await leaseWorld();
    const { id } = await world.active();
    world.market.addFault({ name: 'other-account', forMs: HOUR });
    await world.release(id);
    await world.pass(50 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ state: 'ending' });
    expect(world.alive()).toBe(1);
    await world.untilState(id, 'ended');
    expect(world.alive()).toBe(0);
    await world.close();
  });

  it('closes no unanswered create', async () => {
    const world = await leaseWorld();
    await world.end((await world.active()).id);
    world.market.addFault({ name: 'drop-after-effect', operation: 'create', times: 1 });
    const id = await world.request();
    await world.until(async () => world.alive() > 0);
    world.market.addFault({ name: 'other-account', forMs: HOUR });
    await world.release(id);
    await world.pass(50 * MINUTE);
    expect(world.alive()).toBe(1);
    await world.untilState(id, 'ended');
    expect(world.alive()).toBe(0);
    await world.close();
  });

  it('creates nothing', async () => {
    const world = await leaseWorld();
    await world.end((await world.active()).id);
    world.market.addFault({ name: 'other-account', forMs: HOUR });
    const id = await world.request();
    await world.pass(30_000);
    expect((await world.lease(id)).attempts).toEqual([]);
    expect(world.alive()).toBe(0);
    await world.close();
  });
});

describe('a freeze under a key of another account', () => {
  it('is not finished, because nothing is known about our instances', async () => {
    const world = await leaseWorld();
    await world.active();
    world.market.addFault({ name: 'other-account', forMs: HOUR });
    world.service.startAdvancingFreezes();
    const body = { scope: 'all', why: 'a test' };
    await world.ask('placeFreeze', { body, userArn: OPERATOR });
    await world.pass(50 * MINUTE);
    expect(world.alive()).toBe(1);
    expect((await world.ask('readFreezes', { userArn: OPERATOR })).body).toMatchObject({
      freezes: [{ state: 'freezing' }],
    });
    await world.close();
  });
});

describe('an empty list', () => {
  it('loses no lease', async () => {
    const world = await leaseWorld();
    const { id } = await world.active();
    world.market.addFault({ name: 'empty-list' });
    const record = await world.sweep(15);
    expect(record.pages).toContainEqual(expect.stringMatching(/^contradiction: /));
    expect(await world.lease(id)).toMatchObject({ state: 'active' });
    expect(await world.eventTypes(id)).toContain('instance-missing');
    world.market.clearFaults();
    await world.sweep(1);
    expect(await world.eventTypes(id)).toContain('instance-shown');
    await world.close();
  });

  it('ends no lease before its instance is gone', async () => {
    const world = await leaseWorld();
    const { id } = await world.active();
    world.market.addFault({ name: 'empty-list', forMs: HOUR });
    world.market.addFault({ name: 'zombie', forMs: HOUR, times: 1 });
    await world.release(id);
    await world.until(async () => {
      const { state } = await world.lease(id);
      if (state === 'ended') expect(world.alive()).toBe(0);
      return state === 'ended';
    });
    await world.close();
  });

  it('without a total is no complete listing', async () => {
    const world = await leaseWorld();
    await world.active();
    world.market.addFault({ name: 'missing-total', operation: 'list' });
    expect(await world.sweep()).toMatchObject({ failure: expect.stringContaining('total') });
    await world.close();
  });
});
