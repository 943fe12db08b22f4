// A lease becomes active only when its instance can be reached and is what the offer says. A boot
// that the provider reports as failed is not waited for.

import { afterEach, describe, expect, it } from 'vitest';
import { minutes } from '../../shared/core/base/time.ts';
import { isLong } from '../support/long.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

let world: LeaseWorld;
afterEach(() => world.close());

describe('an instance that calls before its provider shows an address', () => {
  it('serves its lease only once the address is known', async () => {
    world = await leaseWorld();
    world.market.addFault({ name: 'no-address', forMs: 5 * MINUTE });
    const id = await world.request();
    await world.pass(4 * MINUTE);
    expect((await world.lease(id)).state).toBe('booting');
    await world.untilState(id, 'active');
    expect(await world.lease(id)).toMatchObject({ ssh: [{ user: 'root' }, {}] });
    expect((await world.lease(id)).attempts).toHaveLength(1);
  });

  it.skipIf(!isLong)('is given back at the boot limit when the address stays unknown', async () => {
    world = await leaseWorld();
    world.market.addFault({ name: 'no-address', forMs: 22 * MINUTE });
    const { attempts } = await world.active();
    expect(attempts).toMatchObject([{ reason: 'boot-timeout' }, { state: 'created' }]);
    expect(world.alive()).toBe(1);
  });
});

it('the address of an active lease follows the newest listing, with an event', async () => {
  world = await leaseWorld();
  const { id, ssh } = await world.active();
  await world.sweep();
  expect(await world.lease(id)).toMatchObject({ ssh });
  world.market.addFault({ name: 'no-address' });
  await world.sweep();
  expect(await world.lease(id)).toMatchObject({ ssh });
  world.market.clearFaults();
  world.market.addFault({ name: 'no-address', variant: 1 });
  await world.sweep(2);
  expect(await world.lease(id)).toMatchObject({
    state: 'active',
    ssh: [{ host: '127.0.0.2' }, {}],
  });
  const types = await world.eventTypes(id);
  expect(types.filter((type) => type === 'address-changed')).toHaveLength(1);
});

describe('a boot that the provider reports as failed', () => {
  it('is retired at once, and the next host serves the lease', async () => {
    world = await leaseWorld({ sweepEvery: minutes(1) });
    world.market.addFault({ name: 'boot-failure', times: 1 });
    const from = world.clock.now();
    const { attempts } = await world.active();
    expect(world.clock.now() - from).toBeLessThan(8 * MINUTE);
    expect(attempts).toMatchObject([{ reason: 'bad-host' }, { state: 'created' }]);
  });

  it('for its image ends the lease as bad-image after one attempt', async () => {
    world = await leaseWorld({ sweepEvery: minutes(1) });
    world.market.addFault({ name: 'bad-image' });
    const from = world.clock.now();
    const id = await world.request({ image: 'nobody/nothing:1' });
    await world.untilState(id, 'ended');
    expect(world.clock.now() - from).toBeLessThan(8 * MINUTE);
    const lease = await world.lease(id);
    expect(lease).toMatchObject({ reason: 'bad-image', attempts: [{ reason: 'lease-ended' }] });
    const { body } = await world.ask('readEvents', { params: { id } });
    expect(JSON.stringify(body)).toContain('manifest for nobody/nothing:1 not found');
    expect(await world.leftovers(id)).toEqual([]);
  });
});

it('an instance with another GPU than its offer is given back for another host', async () => {
  world = await leaseWorld();
  world.market.addFault({ name: 'wrong-gpu', times: 1 });
  const { id, attempts } = await world.active();
  expect(attempts).toMatchObject([{ reason: 'wrong-gpu' }, { state: 'created' }]);
  expect(attempts[0]?.offer.hostId).not.toBe(attempts[1]?.offer.hostId);
  expect(world.alive()).toBe(1);
  await world.end(id);
});
