// A deadline that falls into an outage of ours takes effect as soon as anything works: the schedule
// sets itself again while the database is down, and what it can't do the sweep does.

import { afterEach, describe, expect, it } from 'vitest';
import { policy } from '../../shared/core/base/policy/policy.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { BOUNDS } from '../support/worlds/nets.ts';
import { isStep, MINUTE } from '../support/worlds/virtual-time.ts';

let world: LeaseWorld;
afterEach(() => world.close());

type Off = {
  database?: boolean;
  schedules?: boolean;
};

/**
 * A world without workflow and agents' own end, in which parts of ours can fail. Retries of a
 * failed call of the schedule are lost: Lambda repeats it only for some minutes.
 */
async function failingWorld(sweepEvery?: ReturnType<typeof minutes>) {
  const off: Off = {};
  let lastCall = 0;
  world = await leaseWorld({
    freshMenu: false,
    ...(sweepEvery !== undefined && { sweepEvery }),
    onDatabaseCall: () => {
      if (off.database) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    },
    meddle: (call, run) => {
      if (off.database !== undefined && isStep(call.name)) return Promise.resolve('hang');
      if (call.name !== 'timer-deadline' || !off.database) return run();
      const isRetry = world.clock.now() - lastCall < 2 * MINUTE;
      lastCall = world.clock.now();
      return isRetry ? Promise.resolve('hang') : run();
    },
  });
  world.market.addFault({ name: 'refuse-own-key' });
  const { scheduler } = world.service.runtime;
  if (scheduler === undefined) throw new Error('the world has no schedules');
  const arm = scheduler.arm;
  scheduler.arm = (id, at) =>
    off.schedules ? Promise.reject(new Error('no schedule')) : arm(id, at);
  return off;
}

/** A lease whose deadline passes while the database is down for 35 minutes. */
async function outageAcrossDeadline(off: Off, others: Off = {}) {
  const { id, deadline } = await world.active({ hours: 1 });
  // After the last but one warning: the next call of the schedule is in the outage.
  await world.pass(deadline - 4 * MINUTE - world.clock.now());
  Object.assign(off, { database: true, ...others });
  await world.pass(35 * MINUTE);
  expect(world.alive()).toBe(1);
  off.database = false;
  const restored = world.clock.now();
  await world.until(async () => world.alive() === 0, 6);
  expect(await world.lease(id)).toMatchObject({ reason: 'expired' });
  return world.clock.now() - restored;
}

describe('a deadline during an outage of the database', () => {
  it('takes effect by its schedule alone, at its next check after the outage', async () => {
    const off = await failingWorld();
    expect(await outageAcrossDeadline(off)).toBeLessThanOrEqual(policy.deadline.recheck);
  });

  it('takes effect by the sweep when its schedule can not be set either', async () => {
    const off = await failingWorld(minutes(1));
    expect(await outageAcrossDeadline(off, { schedules: true })).toBeLessThanOrEqual(BOUNDS.sweep);
  });
});

describe('a deadline while schedules can not be set', () => {
  it('takes effect at the first call of its schedule', async () => {
    const off = await failingWorld();
    const { id, deadline } = await world.active({ hours: 0.1 });
    await world.pass(deadline - 0.5 * MINUTE - world.clock.now());
    Object.assign(off, { database: false, schedules: true });
    await world.until(async () => world.alive() === 0, 1);
    expect(world.clock.now() - deadline).toBeLessThanOrEqual(policy.deadline.grace);
    expect(await world.lease(id)).toMatchObject({ reason: 'expired' });
  });
});
