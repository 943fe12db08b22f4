// Leases that are requested within minutes choose from one menu. An offer that one lease found
// gone, or took, costs the others no attempt, until the menu is read again.

import { expect, it } from 'vitest';
import type { LeaseId, OfferId } from '../../shared/core/base/ids.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';

/** The offers of a lease's attempts, once the lease is active. */
async function offersTriedBy(world: LeaseWorld, id: LeaseId): Promise<readonly OfferId[]> {
  await world.untilState(id, 'active');
  return (await world.lease(id)).attempts.map(({ offer }) => offer.id);
}

async function menu(world: LeaseWorld): Promise<readonly string[]> {
  const reply = await world.ask('listOffers', { query: { gpuName: 'RTX 4090', limit: '300' } });
  return (reply.body as { offers: { id: string }[] }).offers.map(({ id }) => id);
}

it('skips an offer that another lease found gone, until the menu is read again', async () => {
  const world = await leaseWorld({ freshMenu: false });
  const before = await menu(world);
  world.market.addFault({ name: 'refuse', operation: 'create', times: 2 });
  const first = await offersTriedBy(world, await world.request());
  const gone = first.slice(0, 2);
  expect(gone).toEqual(before.slice(0, 2));
  // The third is taken.
  expect(await menu(world)).toEqual(before.slice(3));

  const second = await offersTriedBy(world, await world.request());
  expect(second.filter((offer) => gone.includes(offer))).toEqual([]);

  await world.pass(60_000);
  await world.service.refresh();
  expect((await menu(world)).slice(0, 2)).toEqual(gone);
  expect(await offersTriedBy(world, await world.request())).toEqual(gone.slice(0, 1));
  await world.close();
});

it('gives each of several leases that chose one offer another one at its turn', async () => {
  const world = await leaseWorld({ freshMenu: false });
  const before = await menu(world);
  const ids = await Promise.all([world.request(), world.request(), world.request()]);
  const tried: OfferId[] = [];
  for (const id of ids) tried.push(...(await offersTriedBy(world, id)));
  // One attempt each, and none of them for nothing.
  expect(new Set(tried)).toEqual(new Set(before.slice(0, 3)));
  expect(tried).toHaveLength(3);
  await world.close();
});

it('leaves a lease without an attempt when another took the only offer that fits', async () => {
  const world = await leaseWorld({ freshMenu: false });
  const reply = await world.ask('listOffers', { query: { limit: '300' } });
  const { offers } = reply.body as { offers: { gpuName: string; country: string | null }[] };
  const only = offers.find(
    (one) =>
      one.country !== null &&
      offers.filter((two) => two.gpuName === one.gpuName && two.country === one.country).length ===
        1,
  );
  const body = { gpuNames: [only?.gpuName], countries: [only?.country] };
  const ids = [await world.request(body), await world.request(body)];
  await world.until(async () => {
    const leases = await Promise.all(ids.map((id) => world.lease(id)));
    return (
      leases.some(({ state }) => state === 'active') &&
      leases.some(({ state }) => state === 'ended')
    );
  });
  const leases = await Promise.all(ids.map((id) => world.lease(id)));
  expect(leases.find(({ state }) => state === 'ended')).toMatchObject({
    reason: 'no-offer',
    attempts: [],
  });
  await world.close();
});
