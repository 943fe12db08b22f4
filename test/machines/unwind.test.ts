// For every Task of the state machine, one lease whose step fails for good: at each call, before or
// after its effect, or by a timeout. Deadline, schedule and sweep end the lease: nothing is alive
// at the market, no hold is open, and the ledger is balanced. A lease whose teardown itself can't
// run has no instance left, stays `ending`, and ends as soon as the step works again.

import { describe, expect, it } from 'vitest';
import { minutes } from '../../shared/core/base/time.ts';
import { isLong, SEED } from '../support/long.ts';
import { failingWorld, type StepFault, TASKS } from '../support/worlds/steps.ts';
import { HOUR } from '../support/worlds/virtual-time.ts';

const MODES: readonly (StepFault & { says: string })[] = [
  { says: 'crashes before its effect', fails: 'unknown', when: 'before' },
  { says: 'crashes after its effect', fails: 'unknown', when: 'after' },
  { says: 'times out before its effect', fails: 'timeout', when: 'before' },
  { says: 'times out after its effect', fails: 'timeout', when: 'after' },
];

/**
 * The steps without which no lease can be proved absent and settled. Choose offer is the first step
 * of each execution, also of one that only has to tear down.
 */
const NEEDED = ['Choose offer', 'End lease', 'Prove absence', 'Settle'];
/** After this time, these steps work again: beyond the launch bound and the lease's time. */
const HEALED_AFTER = 3 * HOUR;

const cases = TASKS.flatMap((task) => MODES.map((mode) => ({ ...task, ...mode, task, mode })));
/** Each state in one mode, or in all of them. */
const tried = cases.filter(
  (_, index) =>
    isLong || index % MODES.length === (SEED + Math.floor(index / MODES.length)) % MODES.length,
);

describe('a lease ends, proved and settled', () => {
  it.each(tried)('when $name always $says', async ({ task, mode: { says: _, ...fault } }) => {
    const always = { ...fault, times: Number.POSITIVE_INFINITY };
    const world = await failingWorld(task, always, { sweepEvery: minutes(10), freshMenu: false });
    const id = await world.request({ hours: 0.5 });
    if (NEEDED.includes(task.name)) {
      await world.pass(HEALED_AFTER);
      expect(world.alive()).toBe(0);
      world.service.lambda.clearFaults();
    }
    await world.untilState(id, 'ended', 24);
    expect(world.calls).toContain(task.step);
    expect(world.alive()).toBe(0);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});
