// For every Task of the state machine and every way in which a call can fail, one lease is run to
// its end: then no instance is alive, no hold is open, and the ledger is balanced. The states are
// read from the file, so that a new one is covered as soon as it is added.

import { describe, expect, it } from 'vitest';
import { leaseMachine } from '../../local/service.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import type { Meddle } from '../support/worlds/virtual-time.ts';

type Task = { Type: string; Parameters?: { Payload: { step: string } } };
const machine = leaseMachine() as { States: Record<string, Task> };
const tasks = Object.entries(machine.States)
  .filter(([, state]) => state.Type === 'Task')
  .map(([name, state]) => ({ name, call: state.Parameters?.Payload.step ?? '' }));

/** How a lease reaches the states outside the ordinary path. */
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

/** The ways in which a call fails. `times` calls fail, the next one succeeds. */
type Mode = {
  says: string;
  times: number;
  fail: (run: () => Promise<unknown>) => ReturnType<Meddle>;
};
const broken = () => Promise.reject(new Error('failed by the test'));
const MODES: readonly Mode[] = [
  { says: 'fails before its effect', times: 1, fail: broken },
  { says: 'fails after its effect', times: 1, fail: (run) => run().then(broken) },
  { says: 'times out before its effect', times: 1, fail: () => 'hang' },
  { says: 'times out after its effect', times: 1, fail: (run) => hangAfter(run) },
  { says: 'fails ten times', times: 10, fail: broken },
];

/** The call takes effect, but its result never arrives. */
async function hangAfter(run: () => Promise<unknown>): Promise<'hang'> {
  await run();
  return 'hang';
}

describe.each(tasks)('when $name', ({ name, call }) => {
  it.each(MODES)('$says, the lease ends, proved and settled', async ({ times, fail }) => {
    const detour = DETOURS[name] ?? {};
    let failures = 0;
    const meddle: Meddle = (made, run) => {
      if (made.name !== call || failures >= times) return run();
      failures += 1;
      return fail(run);
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
    expect(failures).toBeGreaterThan(0);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});
