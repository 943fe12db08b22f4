// The workers of the queues: the steps that hold provider keys, each in its message's turn.

import { cardOf } from '../adapters/providers/registry.ts';
import type { StepOf, Worker } from '../core/base/functions.ts';
import { createDoWork, type WorkStep } from '../usecases/lease/do-work.ts';
import { createDestroyInstance } from '../usecases/lease/steps/destroy-instance.ts';
import { createFindLaunched } from '../usecases/lease/steps/find-launched.ts';
import { createGetInstance } from '../usecases/lease/steps/get-instance.ts';
import { createLaunchInstance } from '../usecases/lease/steps/launch-instance.ts';
import { createProveAbsence } from '../usecases/lease/steps/prove-absence.ts';
import { createRetireAttempt } from '../usecases/lease/steps/retire-attempt.ts';
import { createTakeMessage } from '../usecases/lease/take-message.ts';
import { choosing } from './choosing.ts';
import { nodeSetup } from './node-setup.ts';
import {
  lastKnown,
  offerMarks,
  paging,
  passes,
  pulses,
  queues,
  records,
  sight,
  tickets,
  withKeys,
  workflow,
} from './parts.ts';
import { once, type Runtime } from './runtime.ts';

/** The steps of one worker. */
type Steps<Name extends Worker> = { readonly [Step in StepOf<Name>]: WorkStep };

export const launchInstance = (runtime: Runtime) =>
  withKeys(runtime, (keyed) =>
    createLaunchInstance({
      ...choosing(keyed),
      ...sight(keyed),
      pulses: once(keyed, pulses),
      marks: once(keyed, offerMarks),
      passes: once(runtime, passes),
      nodeSetup: nodeSetup(keyed),
    }),
  );

const getInstance = (runtime: Runtime) =>
  withKeys(runtime, (keyed) => createGetInstance({ ...records(keyed), ...sight(keyed) }));

const teardown = (keyed: Runtime) => ({ ...records(keyed), ...sight(keyed), ...lastKnown(keyed) });

const destroyInstance = (runtime: Runtime) =>
  withKeys(runtime, (keyed) => createDestroyInstance(teardown(keyed)));

const findLaunched = (runtime: Runtime) =>
  withKeys(runtime, (keyed) => createFindLaunched({ ...records(keyed), ...sight(keyed) }));

const retireAttempt = (runtime: Runtime) =>
  withKeys(runtime, (keyed) => createRetireAttempt(teardown(keyed)));

const proveAbsence = (runtime: Runtime) =>
  withKeys(runtime, (keyed) => createProveAbsence(teardown(keyed)));

const providerSteps = (runtime: Runtime): Steps<'work-provider'> => ({
  launch: once(runtime, launchInstance),
  get: once(runtime, getInstance),
  destroy: once(runtime, destroyInstance),
});

const listSteps = (runtime: Runtime): Steps<'work-list'> => ({
  find: once(runtime, findLaunched),
  retire: once(runtime, retireAttempt),
  prove: once(runtime, proveAbsence),
});

/** Takes the messages of one worker. */
function takeMessage<Name extends Worker>(runtime: Runtime, worker: Name, steps: Steps<Name>) {
  const { pause, every, endAfter } = runtime;
  const answering = {
    ...records(runtime),
    tickets: once(runtime, tickets),
    cardOf,
    workflow: once(runtime, workflow),
    pause,
  };
  return createTakeMessage({
    ...{ worker, every, ...paging(runtime) },
    queue: queues(runtime)(worker),
    doWork: createDoWork({ ...answering, endAfter, steps }),
  });
}

export const takeProviderMessage = (runtime: Runtime) =>
  takeMessage(runtime, 'work-provider', providerSteps(runtime));

export const takeListMessage = (runtime: Runtime) =>
  takeMessage(runtime, 'work-list', listSteps(runtime));
