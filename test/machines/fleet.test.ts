// Many leases at once on one market's documented rate limits: all are served in about the time that
// the limits allow, with one create call each, and all end.

import { afterEach, describe, expect, it } from 'vitest';
import { firstProvider } from '../../local/markets.ts';
import { cardOf } from '../../shared/adapters/providers/registry.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { type CallClass, limitFor } from '../../shared/core/instance/card.ts';
import { newGate, stepOf } from '../../shared/core/instance/gate.ts';
import { isLong, limitOf } from '../support/long.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

/** Room for all of them. */
const env = {
  GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: '100000000000',
  GPU_SHOPPER_MAX_RATE_MICRO_USD_PER_HOUR: '10000000000',
  GPU_SHOPPER_MAX_OPEN_LEASES: '200',
};
const COUNTS = isLong ? [24, 100] : [24];
const card = cardOf(firstProvider);
/** The time between two calls. */
const paceOf = (callClass: CallClass): number => {
  const limit = limitFor(card, callClass);
  return stepOf(limit, newGate(firstProvider, limit.name));
};
/** The slowest boot of the simulated market, and the first heartbeat after it. */
const BOOT = 90_000;

let world: LeaseWorld;
afterEach(() => world.close());

async function requested(count: number): Promise<readonly LeaseId[]> {
  world = await leaseWorld({ market: { offers: count * 20 }, env, sweepEvery: minutes(1) });
  const body = { hours: 12, gpuNames: [], minVramGb: 8 };
  return Promise.all(Array.from({ length: count }, () => world.request(body)));
}

const countIn = async (ids: readonly LeaseId[], state: string): Promise<number> => {
  const leases = await Promise.all(ids.map((id) => world.lease(id)));
  return leases.filter((lease) => lease.state === state).length;
};

/** Lets time pass until all are in the state; returns how long that took. */
async function all(ids: readonly LeaseId[], state: string): Promise<number> {
  const from = world.clock.now();
  await world.until(async () => (await countIn(ids, state)) === ids.length, 6);
  return world.clock.now() - from;
}

describe.each(COUNTS)('%i leases', { timeout: limitOf('fleet') }, (count) => {
  it('requested at once are all served, and released at once all end', async () => {
    const ids = await requested(count);
    const launched = await all(ids, 'active');
    expect(launched).toBeLessThan(1.5 * (count * paceOf('launch') + BOOT));
    expect(world.alive()).toBe(count);
    // No call to create was made for nothing.
    expect(world.market.instances()).toHaveLength(count);
    const creates = world.market.requests().filter(({ path }) => path.includes('/asks/'));
    expect(creates).toHaveLength(count);

    await Promise.all(ids.map((id) => world.release(id)));
    const ended = await all(ids, 'ended');
    const calls = count * (paceOf('destroy') + paceOf('get') + 2 * paceOf('list'));
    expect(ended).toBeLessThan(1.5 * (calls + 2 * card.listLag + MINUTE));
    expect(world.alive()).toBe(0);
    expect(await world.leftovers(...ids)).toEqual([]);
  });
});
