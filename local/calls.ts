// How the functions of the local service are called, each under the name of its route, its step or
// its own.

import * as z from 'zod/mini';
import { type Runtime, within } from '../shared/app/runtime.ts';
import { Failure } from '../shared/core/base/failure.ts';
import type { FunctionName, Worker } from '../shared/core/base/functions.ts';
import type { Invoker } from '../shared/ports/invoker.ts';
import type { Call, Lambda } from './aws/lambda.ts';
import { handlers } from './handlers.ts';
import type { CallOnTime } from './rounds.ts';
import type { RuntimeOptions } from './runtime.ts';
import type { FailedExecution, Invoke } from './workflow/driver.ts';

/** Runs before each call of a function: tests count, delay and refuse calls. */
export type Around = (call: Call, run: () => Promise<unknown>) => Promise<unknown>;

const LAMBDA_CONTEXT = { functionName: 'local' };
const ENDED = 'event-execution-ended';

const isFunction = (name: string): name is FunctionName => name in handlers;

const StepPayload = z.object({ step: z.string() });
const Delivery = z.object({ Records: z.array(z.object({ body: z.string() })) });

/** The step that a message is for, as the name of its call. */
function messageName(event: object): string {
  const [record] = Delivery.parse(event).Records;
  try {
    return StepPayload.parse(JSON.parse(record?.body ?? '')).step;
  } catch {
    return 'message';
  }
}

type Callers = {
  readonly around: Around;
  readonly pace: RuntimeOptions['pace'];
  readonly lambda: Lambda;
  readonly runtime: () => Runtime;
};

/** How functions are called: by the HTTP front, on time, by the state machine, and by queues. */
export function callsOf({ around, pace, lambda, runtime }: Callers) {
  const invoke = (functionName: FunctionName, call: Call): Promise<unknown> => {
    const handler = handlers[functionName];
    const run = () => within(runtime(), () => handler(call.payload, LAMBDA_CONTEXT as never));
    const invoked = () => around(call, () => lambda.invoke({ functionName, ...call }, run));
    return pace === undefined ? invoked() : pace.work(invoked);
  };
  const onTime: CallOnTime = (name, payload) => invoke(name, { name, payload });
  const onMessage = (worker: Worker, event: object) =>
    invoke(worker, { name: messageName(event), payload: event });
  const onState: Invoke = async ({ functionName, payload }) => {
    if (!isFunction(functionName)) {
      throw new Failure('BadConfig', `there is no function ${functionName}`);
    }
    return invoke(functionName, { name: StepPayload.parse(payload).step, payload });
  };
  const invoker: Invoker = {
    invoke: async (name, payload) => {
      // As on AWS, the caller does not wait and no failure of the function reaches it.
      onTime(name, payload).catch((error) => runtime().log(lineOf(name, error, name)));
    },
  };
  /** Does what the EventBridge rule does on AWS. A failure is only logged: the sweep finds it. */
  const onFailed = (detail: FailedExecution): void => {
    invoke(ENDED, { name: ENDED, payload: { detail } }).catch((error) =>
      runtime().log(lineOf(ENDED, error, detail.name)),
    );
  };
  return { invoke, onTime, onMessage, onState, invoker, onFailed };
}

/** The line of a failed call that nobody waits for. */
export function lineOf(kind: string, error: unknown, id: string) {
  const shown = error instanceof Error ? error : new Error(String(error));
  return { kind, error: shown.name, message: shown.message, id };
}
