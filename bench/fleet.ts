// Many leases at once on one market's documented rate limits, in virtual time: how long they take,
// relative to what the limits allow, and how many calls each lease costs.

import { firstProvider } from '../local/markets.ts';
import { cardOf } from '../shared/adapters/providers/registry.ts';
import type { LeaseId } from '../shared/core/base/ids.ts';
import { minutes } from '../shared/core/base/time.ts';
import { type CallClass, limitFor } from '../shared/core/instance/card.ts';
import { newGate, stepOf } from '../shared/core/instance/gate.ts';
import { type LeaseWorld, leaseWorld } from '../test/support/worlds/lease.ts';
import { atMost, type Row } from './row.ts';

const LEASES = 24;
const ENDING = 20;
const env = {
  GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: '100000000000',
  GPU_SHOPPER_MAX_RATE_MICRO_USD_PER_HOUR: '10000000000',
};
const card = cardOf(firstProvider);
const paceOf = (callClass: CallClass): number => {
  const limit = limitFor(card, callClass);
  return stepOf(limit, newGate(firstProvider, limit.name));
};

async function timed(world: LeaseWorld, ids: readonly LeaseId[], state: string): Promise<number> {
  const from = world.clock.now();
  await world.until(async () => {
    const leases = await Promise.all(ids.map((id) => world.lease(id)));
    return leases.every((lease) => lease.state === state);
  }, 6);
  return world.clock.now() - from;
}

const ratio = (value: number, of: number): number => Math.round((100 * value) / of) / 100;

/** Calls about one instance: its create, and reads and destroys by its id. */
const ofInstance = ({ method, path }: { method: string; path: string }): boolean =>
  path.includes('/asks/') || (method !== 'PUT' && /\/instances\/\d+\/$/.test(path));

export async function fleetOfLeasesRows(): Promise<readonly Row[]> {
  const world = await leaseWorld({ market: { offers: 480 }, env, sweepEvery: minutes(1) });
  const body = { hours: 12, gpuNames: [], minVramGb: 8 };
  const ids = await Promise.all(Array.from({ length: LEASES }, () => world.request(body)));
  const launched = await timed(world, ids, 'active');
  const boots = world.market.instances().length;
  const launchCalls = world.market.requests().filter(ofInstance).length;
  const ending = ids.slice(0, ENDING);
  const before = world.market.requests().length;
  await Promise.all(ending.map((id) => world.release(id)));
  const ended = await timed(world, ending, 'ended');
  const endCalls = world.market.requests().slice(before).filter(ofInstance).length;
  await world.close();
  const launchBound = boots * paceOf('launch') + minutes(1);
  const endBound =
    ENDING * (paceOf('destroy') + paceOf('get')) + 4 * paceOf('list') + 2 * card.listLag;
  return [
    atMost(1.5, {
      ...{ name: 'launch-24-at-once', value: ratio(launched, launchBound), unit: 'x limit' },
    }),
    atMost(1.5, {
      ...{ name: 'teardown-20-at-once', value: ratio(ended, endBound), unit: 'x limit' },
    }),
    atMost(2, { name: 'calls-per-launch', value: ratio(launchCalls, LEASES), unit: 'calls' }),
    atMost(3, { name: 'calls-per-teardown', value: ratio(endCalls, ENDING), unit: 'calls' }),
  ];
}
