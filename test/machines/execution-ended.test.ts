// An execution that fails in a way that no Catch handles: its function returns a result that the
// state machine can't read, as after a bad deployment. The rule on failed executions starts the
// next generation at once; without the rule, the sweep does.

import { describe, expect, it } from 'vitest';
import { minutes } from '../../shared/core/base/time.ts';
import { leaseWorld } from '../support/worlds/lease.ts';
import { type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

type FailingJudge = { readonly generations: number; readonly rule: boolean };

/**
 * A world in which Judge fails the execution of each early generation, and schedules do nothing.
 */
function failingWorld({ generations, rule }: FailingJudge) {
  const failed: object[] = [];
  const meddle: Meddle = (call, run) => {
    const { generation = 0 } = call.payload as { generation?: number };
    if (call.name === 'timer-deadline') return Promise.resolve('early');
    if (call.name === 'event-execution-ended') {
      failed.push(call.payload as object);
      return rule ? run() : Promise.resolve();
    }
    return call.name === 'judge' && generation <= generations ? Promise.resolve({}) : run();
  };
  return { failed, opened: leaseWorld({ meddle, sweepEvery: minutes(1) }) };
}

describe('a lease whose execution fails at its deadline', () => {
  it('ends at once by the rule', async () => {
    const { failed, opened } = failingWorld({ generations: 1, rule: true });
    const world = await opened;
    const { id } = await world.active({ hours: 1 });
    const { deadline } = await world.lease(id);
    await world.until(async () => world.alive() === 0, 2);
    expect(world.clock.now() - deadline).toBeLessThan(5_000);
    await world.untilState(id, 'ended', 1);
    expect(failed).toEqual([{ detail: { name: `${id}-1`, status: 'FAILED' } }]);
    expect(await world.lease(id)).toMatchObject({ reason: 'expired', generation: 2 });
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('ends by the sweep within two minutes without the rule', async () => {
    const { failed, opened } = failingWorld({ generations: 1, rule: false });
    const world = await opened;
    world.market.addFault({ name: 'refuse-own-key' });
    const { id } = await world.active({ hours: 1 });
    const { deadline } = await world.lease(id);
    await world.until(async () => world.alive() === 0, 2);
    expect(failed).toHaveLength(1);
    expect(world.clock.now() - deadline).toBeGreaterThan(MINUTE);
    expect(world.clock.now() - deadline).toBeLessThanOrEqual(2 * MINUTE);
    await world.untilState(id, 'ended', 1);
    expect(await world.lease(id)).toMatchObject({ reason: 'expired', generation: 2 });
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('is not restarted without a pause when every execution fails the same way', async () => {
    const { failed, opened } = failingWorld({ generations: 5, rule: true });
    const world = await opened;
    const { id } = await world.active({ hours: 1 });
    const { deadline } = await world.lease(id);
    await world.until(async () => world.alive() === 0, 2);
    // Three restarts at once; then the sweep ends the lease as overdue, whatever its executions do.
    expect(failed).toHaveLength(4);
    expect(world.clock.now() - deadline).toBeLessThanOrEqual(2 * MINUTE);
    await world.untilState(id, 'ended', 1);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});
