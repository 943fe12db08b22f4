// For every Task of the state machine file and every way a call can go wrong, one lease is run to
// its end: then no machine may be alive, no money held, and the books must agree. The states are
// read from the file, so that a new one is covered the day it is added.

import { describe, expect, it } from 'vitest';
import { leaseMachine } from '../../local/service.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import type { Meddle } from '../support/worlds/virtual-time.ts';

type Task = { Type: string; Parameters?: { FunctionName: string } };
const machine = leaseMachine() as { States: Record<string, Task> };
const tasks = Object.entries(machine.States)
  .filter(([, state]) => state.Type === 'Task')
  .map(([name, state]) => ({ name, call: state.Parameters?.FunctionName ?? '' }));

/** How a lease gets into the states that the ordinary path passes by. */
const DETOURS: Record<string, { phoneHome?: boolean; upset?: (world: LeaseWorld) => void }> = {
  'Find launched': {
    upset: ({ market }) =>
      market.addFault({ name: 'drop-after-effect', operation: 'create', times: 1 }),
  },
  'Probe ready': { phoneHome: false },
  'Retire attempt': {
    upset: ({ market }) => market.addFault({ name: 'never-boots', times: 1 }),
  },
};

/** The ways one call goes wrong. `times` calls do, the next is let through. */
type Mode = {
  says: string;
  times: number;
  spoil: (run: () => Promise<unknown>) => ReturnType<Meddle>;
};
const broken = () => Promise.reject(new Error('spoiled by the test'));
const MODES: readonly Mode[] = [
  { says: 'fails before its effect', times: 1, spoil: broken },
  { says: 'fails after its effect', times: 1, spoil: (run) => run().then(broken) },
  { says: 'times out before its effect', times: 1, spoil: () => 'hang' },
  { says: 'times out after its effect', times: 1, spoil: (run) => hangAfter(run) },
  { says: 'fails ten times', times: 10, spoil: broken },
];

/** The effect happens, then nobody ever hears of it. */
async function hangAfter(run: () => Promise<unknown>): Promise<'hang'> {
  await run();
  return 'hang';
}

describe.each(tasks)('when $name', ({ name, call }) => {
  it.each(MODES)('$says, the lease ends, proved and settled', async ({ times, spoil }) => {
    const detour = DETOURS[name] ?? {};
    let spoiled = 0;
    const meddle: Meddle = (made, run) => {
      if (made.name !== call || spoiled >= times) return run();
      spoiled += 1;
      return spoil(run);
    };
    const world = await leaseWorld({ meddle, phoneHome: detour.phoneHome ?? true });
    detour.upset?.(world);
    const id = await world.request();
    await world.until(async () => {
      const { state } = await world.lease(id);
      return state === 'active' || state === 'ended';
    });
    await world.release(id);
    await world.untilState(id, 'ended');
    await world.until(async () => world.service.engine.running().length === 0);
    expect(spoiled).toBeGreaterThan(0);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});
