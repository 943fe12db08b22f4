// A crowd that falls silent at once is our own outage until a person says otherwise: nobody ends
// for it, while deadlines bind. A few that fall silent are dead.

import { describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

/** Instances whose heartbeats don't get through; by what their tokens name. */
function deafWorld() {
  const unheard = new Set<string>();
  const meddle: Meddle = (call, run) => {
    const { headers } = call.payload as { headers?: { authorization?: string } };
    const [, leaseId = ''] = headers?.authorization?.split('.') ?? [];
    const lost = call.name === 'recordNodeHeartbeat' && unheard.has(leaseId);
    return lost ? Promise.reject(new Error('lost')) : run();
  };
  return { unheard, opened: leaseWorld({ meddle, sweepEvery: minutes(1) }) };
}

async function leased(world: LeaseWorld, count: number, hours = 2): Promise<readonly LeaseId[]> {
  const body = { silenceLimitSeconds: 300, hours, gpuNames: [] };
  const ids: LeaseId[] = [];
  for (let n = 0; n < count; n += 1) {
    ids.push((await world.active(body)).id);
    await world.service.refresh();
  }
  await world.pass(2 * MINUTE);
  return ids;
}

async function statesOf(world: LeaseWorld, ids: readonly LeaseId[]): Promise<readonly string[]> {
  return Promise.all(ids.map(async (id) => (await world.lease(id)).state));
}

describe('leases that fall silent', () => {
  it('end within their limit and a minute when they are few', async () => {
    const { unheard, opened } = deafWorld();
    const world = await opened;
    const ids = await leased(world, 5);
    const few = ids.slice(0, 3);
    for (const id of few) unheard.add(id);
    await world.pass(6 * MINUTE);
    const states = await statesOf(world, ids);
    expect(states.slice(0, 3).every((state) => state === 'ending' || state === 'ended')).toBe(true);
    expect(states.slice(3)).toEqual(['active', 'active']);
    for (const id of few) expect(await world.lease(id)).toMatchObject({ reason: 'silent' });
    await world.close();
  });

  it('are held when they are a crowd, told to a person, and go on once heard', async () => {
    const { unheard, opened } = deafWorld();
    const world = await opened;
    const ids = await leased(world, 5);
    for (const id of ids) unheard.add(id);
    await world.pass(20 * MINUTE);
    expect(await statesOf(world, ids)).toEqual(ids.map(() => 'active'));
    const record = await world.sweep();
    expect(record.pages).toEqual([
      expect.stringContaining('of 5 leases became silent at the same time'),
    ]);
    expect(await world.eventTypes(ids[0] ?? never())).toContain('silence-held');
    unheard.clear();
    await world.pass(20 * MINUTE);
    expect(await statesOf(world, ids)).toEqual(ids.map(() => 'active'));
    expect((await world.sweep()).pages).toEqual([]);
    await world.close();
  });

  it('end at their deadlines all the same', async () => {
    const { unheard, opened } = deafWorld();
    const world = await opened;
    const ids = await leased(world, 5, 0.5);
    for (const id of ids) unheard.add(id);
    const deadlines = await Promise.all(ids.map(async (id) => (await world.lease(id)).deadline));
    await world.pass(Math.max(...deadlines) - world.clock.now() + MINUTE);
    for (const id of ids) expect(await world.lease(id)).toMatchObject({ reason: 'expired' });
    await world.close();
  });

  it('end one after the other once the crowd has gone', async () => {
    const { unheard, opened } = deafWorld();
    const world = await opened;
    const ids = await leased(world, 5);
    for (const id of ids) unheard.add(id);
    await world.pass(10 * MINUTE);
    unheard.clear();
    await world.pass(10 * MINUTE);
    const dead = ids[0] ?? never();
    unheard.add(dead);
    await world.pass(6 * MINUTE);
    expect(await world.lease(dead)).toMatchObject({ reason: 'silent' });
    await world.close();
  });
});

function never(): never {
  throw new Error('there are leases');
}
