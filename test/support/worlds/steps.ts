// The Tasks of the lease's state machine, read from its file, so that tests of every state cover a
// new one as soon as it is added, and how a lease reaches the states outside the ordinary path. A
// step of a worker fails in its worker.

import type { FunctionFault } from '../../../local/aws/lambda.ts';
import { leaseMachine } from '../../../local/service.ts';
import { STEPS, type StepName } from '../../../shared/core/base/functions.ts';
import { Machine, reachable } from '../../tidy/asl.ts';
import { type LeaseWorld, type LeaseWorldOptions, leaseWorld } from './lease.ts';

type Payload = { step: StepName; work?: StepName };
type State = { Type: 'Task'; Parameters: { Payload: Payload } } | { Type: 'Succeed' };
const { States } = leaseMachine() as { States: Record<string, State> };
const machine = Machine.parse(leaseMachine());
const beforeEnding = reachable(machine, machine.StartAt, 'End lease');

type TaskState = { readonly name: string; readonly step: StepName };

/** The step of the state: for a parked one, the step that its worker carries out. */
const stepIn = ({ step, work = step }: Payload): StepName => work;

export const TASKS: readonly TaskState[] = Object.entries(States).flatMap(([name, state]) =>
  state.Type === 'Task' ? [{ name, step: stepIn(state.Parameters.Payload) }] : [],
);
/** The states in which a failure must not end the lease. */
export const TASKS_BEFORE_ENDING = TASKS.filter(({ name }) => beforeEnding.has(name));

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

export type StepFault = Omit<FunctionFault, 'function' | 'step'>;

/** A world whose next lease reaches the state, where its calls fail. */
export async function failingWorld(
  { name, step }: TaskState,
  fault: StepFault,
  options: LeaseWorldOptions = {},
): Promise<LeaseWorld> {
  const { phoneHome = true, upset } = DETOURS[name] ?? {};
  const world = await leaseWorld({ phoneHome, ...options });
  world.service.lambda.addFault({ function: STEPS[step], step, ...fault });
  upset?.(world);
  return world;
}
