// The provider's key is replaced by one of another account while a lease runs: its instance is torn
// down and proved gone with the previous key, and nothing is created under the new account until an
// operator adds it.

import { expect, it } from 'vitest';
import { createRegistry } from '../../shared/adapters/providers/registry.ts';
import { passes, providers } from '../../shared/app/parts.ts';
import { once } from '../../shared/app/runtime.ts';
import { type LeaseWorld, leaseWorld, OPERATOR } from '../support/worlds/lease.ts';
import { marketBetween } from '../support/worlds/market-between.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

const NEW_KEY = 'n'.repeat(32);

/** Answers for the other account, which has no instance. */
const OTHER: Readonly<Record<string, object>> = {
  '/api/v0/users/current/': { id: 654321, credit: 25 },
  '/api/v1/instances/': { success: true, instances: [], total_instances: 0, next_token: null },
};

const UNKNOWN = { success: false, error: 'no_such_instance', msg: 'unknown' };

/** Forwards requests, and answers those under NEW_KEY for the other account. */
function accountsBetween() {
  const creates: string[] = [];
  const between = marketBetween(async ({ path, authorization, when }) => {
    if (when === 'after' || authorization !== `Bearer ${NEW_KEY}`) return undefined;
    const [place = ''] = path.split('?');
    if (place.startsWith('/api/v0/asks/')) creates.push(place);
    const body = OTHER[place];
    return body === undefined ? { status: 404, body: UNKNOWN } : { status: 200, body };
  });
  return { ...between, creates };
}

/** What a new value of the secret does: the present key becomes the previous one. */
function rotate({ service }: LeaseWorld): void {
  const { runtime } = service;
  const { config } = runtime;
  const { baseUrl = '' } = config.providers.vastai ?? {};
  const access = { vastai: { baseUrl, keys: { apiKey: NEW_KEY } } };
  const renewed = createRegistry({ access, passes: once(runtime, passes) }).providerNamed('vastai');
  const inUse = providers(runtime)('vastai');
  Object.assign(inUse, { ...renewed, previous: { ...inUse } });
}

const allow = (world: LeaseWorld) =>
  world.ask('addProviderAccount', {
    params: { provider: 'vastai' },
    body: { account: '654321', why: 'we moved' },
    userArn: OPERATOR,
  });

it('a key of another account tears down with the previous key, and creates nothing', async () => {
  const between = accountsBetween();
  const world = await leaseWorld({ between: between.front, freshMenu: false });
  const held = await world.active({ hours: 8 });
  rotate(world);
  await world.sweep(5);
  expect(await world.lease(held.id)).toMatchObject({ state: 'active' });
  expect(world.lives(held.instanceId)).toBe(true);

  const waiting = await world.request({ hours: 8 });
  await world.pass(MINUTE);
  expect(await world.lease(waiting)).toMatchObject({ attempts: [] });
  expect(between.creates).toEqual([]);

  await world.end(held.id);
  expect(world.alive()).toBe(0);
  expect(await world.lease(held.id)).toMatchObject({ proof: { by: 'listings' } });

  expect(await allow(world)).toMatchObject({ status: 200 });
  const allowed = await world.request();
  await world.until(async () => between.creates.length > 0);
  for (const id of [waiting, allowed]) {
    await world.release(id);
    await world.untilState(id, 'ended', 2);
  }
  expect(await world.leftovers(held.id, waiting, allowed)).toEqual([]);
  await world.close();
  between.close();
});
