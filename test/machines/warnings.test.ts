// Before a lease ends, its schedule adds warnings 15, 5 and 1 minutes ahead, once each. The
// schedule is set again for each of them, which must never move the end.

import { describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { HOUR, type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

/** How many minutes before `deadline` each warning came. */
async function warnings(world: LeaseWorld, id: LeaseId, deadline: number) {
  const reply = await world.ask('readEvents', { params: { id } });
  const { events } = reply.body as { events: { type: string; at: string }[] };
  return events
    .filter(({ type }) => type === 'lease-ends-soon')
    .map(({ at }) => (deadline - Date.parse(at)) / MINUTE);
}

describe('a lease near its deadline', () => {
  it('is warned 15, 5 and 1 minutes before, once each, and again after an extension', async () => {
    const world = await leaseWorld();
    const { id, deadline } = await world.active({ hours: 1 });
    await world.pass(deadline - world.clock.now() - 4 * MINUTE);
    expect(await warnings(world, id, deadline)).toEqual([15, 5]);
    const later = deadline + HOUR;
    const body = { until: new Date(later).toISOString() };
    await world.ask('extendLease', { params: { id }, body });
    await world.untilState(id, 'ending');
    expect((await warnings(world, id, later)).slice(2)).toEqual([15, 5, 1]);
    expect(world.clock.now() - later).toBeLessThan(MINUTE);
    await world.close();
  });

  it('gets no warning whose time is before its start', async () => {
    const world = await leaseWorld();
    const { id, deadline } = await world.active({ hours: 10 / 60 });
    await world.untilState(id, 'ending');
    expect(await warnings(world, id, deadline)).toEqual([5, 1]);
    await world.close();
  });

  it('ends in time by its schedule alone, although each of its warnings fails', async () => {
    let world: LeaseWorld | undefined;
    let [lost, deadline] = [false, Number.POSITIVE_INFINITY];
    const meddle: Meddle = (call, run) => {
      const { generation } = call.payload as { generation?: number };
      if (lost && generation === 1) return 'hang';
      const warns = call.name === 'timer-deadline' && (world?.clock.now() ?? 0) < deadline;
      return lost && warns ? run().then(() => Promise.reject(new Error('lost'))) : run();
    };
    world = await leaseWorld({ meddle });
    const lease = await world.active({ hours: 1 });
    [lost, deadline] = [true, lease.deadline];
    await world.until(async () => !world?.market.instances().some(({ alive }) => alive));
    expect(world.clock.now() - deadline).toBeLessThan(2 * MINUTE);
    expect(await warnings(world, lease.id, deadline)).toHaveLength(3);
    await world.untilState(lease.id, 'ended');
    expect(await world.leftovers(lease.id)).toEqual([]);
    await world.close();
  });
});
