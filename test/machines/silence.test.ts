// When many leases become silent at once, the cause is probably our own outage: none of them ends
// as silent, an operator is paged, and deadlines still apply. A few silent leases are dead.

import { describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

/** A world that drops the heartbeats of the leases in `silenced`, by their tokens. */
function silencedWorld() {
  const silenced = new Set<string>();
  const meddle: Meddle = (call, run) => {
    const { headers } = call.payload as { headers?: { authorization?: string } };
    const [, leaseId = ''] = headers?.authorization?.split('.') ?? [];
    const lost = call.name === 'recordNodeHeartbeat' && silenced.has(leaseId);
    return lost ? Promise.reject(new Error('lost')) : run();
  };
  return { silenced, opened: leaseWorld({ meddle, sweepEvery: minutes(1) }) };
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

describe('silent leases', () => {
  it('end within their limit and a minute and a half when they are few', async () => {
    const { silenced, opened } = silencedWorld();
    const world = await opened;
    const ids = await leased(world, 5);
    const few = ids.slice(0, 3);
    for (const id of few) silenced.add(id);
    await world.pass(6.5 * MINUTE);
    const states = await statesOf(world, ids);
    expect(states.slice(0, 3).every((state) => state === 'ending' || state === 'ended')).toBe(true);
    expect(states.slice(3)).toEqual(['active', 'active']);
    for (const id of few) expect(await world.lease(id)).toMatchObject({ reason: 'silent' });
    await world.close();
  });

  it('are held and paged when many are silent at once, and continue afterwards', async () => {
    const { silenced, opened } = silencedWorld();
    const world = await opened;
    const ids = await leased(world, 5);
    for (const id of ids) silenced.add(id);
    await world.pass(20 * MINUTE);
    expect(await statesOf(world, ids)).toEqual(ids.map(() => 'active'));
    const record = await world.sweep();
    expect(record.pages).toEqual([
      expect.stringContaining('of 5 leases became silent at the same time'),
    ]);
    expect(await world.eventTypes(ids[0] ?? never())).toContain('silence-held');
    silenced.clear();
    await world.pass(20 * MINUTE);
    expect(await statesOf(world, ids)).toEqual(ids.map(() => 'active'));
    expect((await world.sweep()).pages).toEqual([]);
    await world.close();
  });

  it('end at their deadlines even while many are silent at once', async () => {
    const { silenced, opened } = silencedWorld();
    const world = await opened;
    const ids = await leased(world, 5, 0.5);
    for (const id of ids) silenced.add(id);
    const deadlines = await Promise.all(ids.map(async (id) => (await world.lease(id)).deadline));
    await world.pass(Math.max(...deadlines) - world.clock.now() + MINUTE);
    for (const id of ids) expect(await world.lease(id)).toMatchObject({ reason: 'expired' });
    await world.close();
  });

  it('end as silent again when only one is silent after an outage', async () => {
    const { silenced, opened } = silencedWorld();
    const world = await opened;
    const ids = await leased(world, 5);
    for (const id of ids) silenced.add(id);
    await world.pass(10 * MINUTE);
    silenced.clear();
    await world.pass(10 * MINUTE);
    const dead = ids[0] ?? never();
    silenced.add(dead);
    await world.pass(6.5 * MINUTE);
    expect(await world.lease(dead)).toMatchObject({ reason: 'silent' });
    await world.close();
  });
});

function never(): never {
  throw new Error('there are leases');
}
