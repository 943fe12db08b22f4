// Where a lease stands: its place in the queue of a provider, in its reply and in its events.

import { expect, it } from 'vitest';
import { firstProvider } from '../../local/markets.ts';
import { leaseWorld } from '../support/worlds/lease.ts';

type Reply = { queue: { provider: string; position: number; aboutSeconds: number } | null };

it('a lease that waits for its turn says its place, until its turn comes', async () => {
  const world = await leaseWorld({ market: { offers: 200 } });
  const body = { gpuNames: [], minVramGb: 8 };
  const ids = await Promise.all(Array.from({ length: 6 }, () => world.request(body)));
  await world.until(async () => {
    const leases = await Promise.all(ids.map((id) => world.lease(id)));
    return leases.every(({ work }) => work !== null);
  });
  const read = async (id: string) =>
    (await world.ask('readLease', { params: { id } })).body as Reply;
  const places = (await Promise.all(ids.map(read))).map(({ queue }) => queue);
  const waiting = places.filter((place) => place !== null);
  expect(waiting.length).toBeGreaterThanOrEqual(3);
  const last = waiting.toSorted((a, b) => b.position - a.position)[0];
  expect(last).toMatchObject({ provider: firstProvider });
  expect(last?.position).toBeGreaterThanOrEqual(3);
  // A launch every five seconds.
  expect(last?.aboutSeconds).toBe((last?.position ?? 0) * 5);
  for (const id of ids) await world.untilState(id, 'active');
  expect((await Promise.all(ids.map(read))).map(({ queue }) => queue)).toEqual(ids.map(() => null));
  const events = await Promise.all(ids.map((id) => world.eventTypes(id)));
  expect(events.flat().filter((type) => type === 'lease-queued').length).toBeGreaterThanOrEqual(2);
  for (const id of ids) await world.release(id);
  for (const id of ids) await world.untilState(id, 'ended');
  expect(await world.leftovers(...ids)).toEqual([]);
  await world.close();
});
