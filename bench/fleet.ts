// Many leases at once on one market's documented rate limits, in virtual time: how long they take,
// relative to what the limits allow, and how many calls each lease costs.

import { minutes } from '../shared/core/base/time.ts';
import { allIn, fleetCard, fleetWorld, paceOf } from '../test/support/worlds/fleet.ts';
import { atMost, type Row } from './row.ts';

const LEASES = 24;
const ENDING = 20;

const ratio = (value: number, of: number): number => Math.round((100 * value) / of) / 100;

/** Calls about one instance: its create, and reads and destroys by its id. */
const ofInstance = ({ method, path }: { method: string; path: string }): boolean =>
  path.includes('/asks/') || (method !== 'PUT' && /\/instances\/\d+\/$/.test(path));

export async function fleetOfLeasesRows(): Promise<readonly Row[]> {
  const { world, ids } = await fleetWorld(LEASES);
  const launched = await allIn(world, ids, 'active');
  const boots = world.market.instances().length;
  const launchCalls = world.market.requests().filter(ofInstance).length;
  const ending = ids.slice(0, ENDING);
  const before = world.market.requests().length;
  await Promise.all(ending.map((id) => world.release(id)));
  const ended = await allIn(world, ending, 'ended');
  const endCalls = world.market.requests().slice(before).filter(ofInstance).length;
  await world.close();
  const launchBound = boots * paceOf('launch') + minutes(1);
  const endBound =
    ENDING * (paceOf('destroy') + paceOf('get')) + 4 * paceOf('list') + 2 * fleetCard.listLag;
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
