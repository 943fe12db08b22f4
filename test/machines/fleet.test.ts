// Many leases at once on one market's documented rate limits: all are served in about the time that
// the limits allow, with one create call each, and all end.

import { afterEach, describe, expect, it } from 'vitest';
import { isLong, limitOf } from '../support/long.ts';
import { allIn, fleetCard, fleetWorld, paceOf } from '../support/worlds/fleet.ts';
import type { LeaseWorld } from '../support/worlds/lease.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

const COUNTS = isLong ? [24, 100] : [24];
/** The slowest boot of the simulated market, and the first heartbeat after it. */
const BOOT = 90_000;

let world: LeaseWorld;
afterEach(() => world.close());

describe.each(COUNTS)('%i leases', { timeout: limitOf('fleet') }, (count) => {
  it('requested at once are all served, and released at once all end', async () => {
    const fleet = await fleetWorld(count);
    world = fleet.world;
    const { ids } = fleet;
    const launched = await allIn(world, ids, 'active');
    expect(launched).toBeLessThan(1.5 * (count * paceOf('launch') + BOOT));
    expect(world.alive()).toBe(count);
    // No call to create was made for nothing.
    expect(world.market.instances()).toHaveLength(count);
    const creates = world.market.requests().filter(({ path }) => path.includes('/asks/'));
    expect(creates).toHaveLength(count);

    await Promise.all(ids.map((id) => world.release(id)));
    const ended = await allIn(world, ids, 'ended');
    const calls = count * (paceOf('destroy') + paceOf('get') + 2 * paceOf('list'));
    expect(ended).toBeLessThan(1.5 * (calls + 2 * fleetCard.listLag + MINUTE));
    expect(world.alive()).toBe(0);
    expect(await world.leftovers(...ids)).toEqual([]);
  });
});
