// For every Task of the state machine and every way in which a call can fail, one lease is run to
// its end: then no instance is alive, no hold is open, and the ledger is balanced. The states are
// read from the file, so that a new one is covered as soon as it is added.

import { describe, expect, it } from 'vitest';
import type { FunctionFault } from '../../local/aws/lambda.ts';
import { leaseMachine } from '../../local/service.ts';
import { STEPS, type StepName } from '../../shared/core/base/functions.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';

type State = { Type: 'Task'; Parameters: { Payload: { step: StepName } } } | { Type: 'Succeed' };
const machine = leaseMachine() as { States: Record<string, State> };
const tasks = Object.entries(machine.States).flatMap(([name, state]) =>
  state.Type === 'Task' ? [{ name, step: state.Parameters.Payload.step }] : [],
);

/** How a lease reaches the states outside the ordinary path. */
const DETOURS: Record<string, { phoneHome?: boolean; upset?: (world: LeaseWorld) => void }> = {
  'Find launched': {
    upset: ({ market }) =>
      market.addFault({ name: 'drop-after-effect', operation: 'create', times: 1 }),
  },
  'Get endpoint': { phoneHome: false },
  'Probe ready': { phoneHome: false },
  'Retire attempt': {
    upset: ({ market }) => market.addFault({ name: 'never-boots', times: 1 }),
  },
};

type Fault = Omit<FunctionFault, 'function' | 'step'>;

/** The ways in which calls fail. `times` calls fail, the next one succeeds. */
const MODES: readonly (Fault & { says: string })[] = [
  { says: 'crashes before its effect', fails: 'exit', when: 'before' },
  { says: 'crashes after its effect', fails: 'exit', when: 'after' },
  { says: 'times out before its effect', fails: 'timeout', when: 'before' },
  { says: 'times out after its effect', fails: 'timeout', when: 'after' },
  { says: 'fails for unknown reasons after its effect', fails: 'unknown', when: 'after' },
  { says: 'crashes ten times', fails: 'exit', when: 'before', times: 10 },
  { says: 'is throttled ten times', fails: 'throttle', when: 'before', times: 10 },
];

describe.each(tasks)('when $name', ({ name, step }) => {
  it.each(MODES)('$says, the lease ends, proved and settled', async ({ says, ...fault }) => {
    const detour = DETOURS[name] ?? {};
    const world = await leaseWorld({ phoneHome: detour.phoneHome ?? true });
    world.service.lambda.addFault({ function: STEPS[step], step, ...fault });
    detour.upset?.(world);
    const id = await world.request();
    await world.until(async () => {
      const { state } = await world.lease(id);
      return state === 'active' || state === 'ended';
    });
    await world.release(id);
    await world.untilState(id, 'ended');
    await world.until(async () => world.service.engine.running().length === 0);
    expect(world.calls).toContain(step);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});
