// Runs one state in aws-local-stepfunctions: paths, templates, intrinsics, choices. The library
// must never wait, retry, catch or enter a next state: the engine does all of that.

import { ExecutionError, StateMachine } from 'aws-local-stepfunctions';
import type { Json, LibraryState } from './asl.ts';
import { RUNTIME } from './retry.ts';

/**
 * The context object (`$$`). The library overwrites `Execution` with the real clock, so definitions
 * are rewritten to read `Workflow`.
 */
type Context = {
  readonly Workflow: {
    readonly Id: string;
    readonly Name: string;
    readonly Input: Json;
    readonly StartTime: string;
  };
  readonly State: {
    readonly Name: string;
    readonly EnteredTime: string;
    readonly RetryCount: number;
  };
  readonly Task: { readonly Token: string };
};

/** The raw input and the context object of a state. */
export type Given = { readonly input: Json; readonly context: Context };

export type Failed = { readonly kind: 'failed'; readonly error: string; readonly cause: string };
export type Ran = { readonly kind: 'done'; readonly output: Json } | Failed;

type Handlers = { [state: string]: (input: Json) => Json };

/** The name under which every state runs. */
const STATE = 'state';

/** A machine of one state and the `others` that end it. It is not validated. */
export function machineOf(
  state: LibraryState,
  others: Record<string, LibraryState> = {},
): StateMachine {
  return new StateMachine(
    { StartAt: STATE, States: { [STATE]: state, ...others } },
    { validationOptions: { noValidate: true } },
  );
}

function failureOf(thrown: unknown): Failed {
  const cause = thrown instanceof ExecutionError ? thrown.cause : thrown;
  if (!(cause instanceof Error)) return { kind: 'failed', error: RUNTIME, cause: String(cause) };
  // Errors that the library throws on purpose have this field; others are its bugs. For an
  // intrinsic that can't use its input, AWS reports States.IntrinsicFailure.
  const error = 'isCatchable' in cause ? cause.name : RUNTIME;
  return { kind: 'failed', error, cause: cause.message };
}

/** Runs a machine made by `machineOf` to its end; the handlers of its tasks return at once. */
export async function runMachine(
  machine: StateMachine,
  { input, context }: Given,
  handlers: Handlers = {},
): Promise<Ran> {
  try {
    const overrides = { taskResourceLocalHandlers: handlers };
    return { kind: 'done', output: await machine.run(input, { context, overrides }).result };
  } catch (thrown) {
    return failureOf(thrown);
  }
}

/** Runs a machine whose one state is a Task that returned `result`. */
export function runResult(machine: StateMachine, given: Given, result: Json): Promise<Ran> {
  return runMachine(machine, given, { [STATE]: () => result });
}
