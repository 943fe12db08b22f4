// Runs one state in aws-local-stepfunctions: paths, templates, intrinsics, choices. It must never
// let the library wait, retry, catch or go on to a next state: all of that is the engine's.

import { ExecutionError, StateMachine } from 'aws-local-stepfunctions';
import type { Json, LibraryState } from './asl.ts';
import { RUNTIME } from './retry.ts';

/**
 * What `$$` shows. The library overwrites `Execution` with the real clock, so that the definition
 * is rewritten to read it from `Workflow`.
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

/** What a state is given: its raw input and the context object. */
export type Given = { readonly input: Json; readonly context: Context };

export type Failed = { readonly kind: 'failed'; readonly error: string; readonly cause: string };
export type Ran = { readonly kind: 'done'; readonly output: Json } | Failed;

type Handlers = { [state: string]: (input: Json) => Json };

/** The one name under which a state runs. */
const STATE = 'state';

/** A machine of one state, and of `others` that end it. Nothing is validated here. */
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
  // Errors the library means to throw carry this field; others are its slips. (Of an intrinsic
  // that can't use its input, AWS would say States.IntrinsicFailure.)
  const error = 'isCatchable' in cause ? cause.name : RUNTIME;
  return { kind: 'failed', error, cause: cause.message };
}

/** Runs a machine made by `machineOf` to its end; the handlers of its tasks answer at once. */
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

/** Runs a machine whose one state is a Task, as if its work had just returned `result`. */
export function runResult(machine: StateMachine, given: Given, result: Json): Promise<Ran> {
  return runMachine(machine, given, { [STATE]: () => result });
}
