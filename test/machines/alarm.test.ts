// The schedule of a lease is never later than its committed end, whichever actor sets it late. In
// each test the workflow is lost and no sweep runs, so that the schedule alone ends the instance.

import { afterEach, describe, expect, it } from 'vitest';
import { books } from '../../shared/app/lease.ts';
import { scheduler as schedulerOf } from '../../shared/app/parts.ts';
import { once } from '../../shared/app/runtime.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import type { Scheduler } from '../../shared/ports/scheduler.ts';
import { createArmDeadline } from '../../shared/usecases/lease/steps/arm-deadline.ts';
import { type LeaseWorld, leaseWorld, OPERATOR } from '../support/worlds/lease.ts';
import { isStep, MINUTE } from '../support/worlds/virtual-time.ts';

let world: LeaseWorld;
afterEach(() => world.close());

/** A world whose workflow can be lost. */
async function losingWorld() {
  const lost = { workflow: false };
  world = await leaseWorld({
    meddle: (call, run) => (lost.workflow && isStep(call.name) ? Promise.resolve('hang') : run()),
  });
  return lost;
}

/** The schedule, set only after `open` is called. */
function heldSchedule() {
  const real = once(world.service.runtime, schedulerOf);
  const { promise, resolve: open } = Promise.withResolvers<void>();
  const held: Scheduler = {
    arm: async (id, at) => {
      await promise;
      return real.arm(id, at);
    },
    disarm: real.disarm,
  };
  return { held, open };
}

const goneAfter = async (end: number): Promise<number> => {
  await world.until(async () => world.alive() === 0, 6);
  return world.clock.now() - end;
};

describe('the schedule', () => {
  it('is not moved past the end by an Arm deadline that was paused', async () => {
    const lost = await losingWorld();
    const id = await world.request({ hours: 0.1 });
    const { held, open } = heldSchedule();
    const ports = { ...once(world.service.runtime, books), scheduler: held };
    const late = createArmDeadline(ports)({ leaseId: id, generation: 1 });
    await world.untilState(id, 'active');
    lost.workflow = true;
    open();
    await late;
    const { deadline } = await world.lease(id);
    expect(await goneAfter(deadline)).toBeLessThanOrEqual(policy.deadline.grace);
  });

  it('is not moved past the end by a freeze shortly before it', async () => {
    const lost = await losingWorld();
    const { id, deadline } = await world.active({ hours: 0.1 });
    await world.pass(deadline - 1.5 * MINUTE - world.clock.now());
    lost.workflow = true;
    const body = { scope: 'all', why: 'our key has leaked' };
    await world.ask('placeFreeze', { userArn: OPERATOR, body });
    expect(await world.lease(id)).toMatchObject({ state: 'ending', reason: 'operator' });
    expect(await goneAfter(deadline)).toBeLessThanOrEqual(policy.deadline.grace);
  });
});
