// Converts each state into a step: what it does when it begins, and where the execution goes when
// that is done. It must never carry anything from one execution to another.

import * as z from 'zod/mini';
import type { Choice, Json, Retrier, State, Task, Wait } from './asl.ts';
import { CALLBACK_RESOURCE, IN_WORDS, InputFields, PathFields, ResultFields } from './asl.ts';
import type { Failed, Given, Ran } from './library.ts';
import { machineOf, runMachine, runResult } from './library.ts';
import type { TaskFailure } from './retry.ts';
import { LONGEST_SECONDS, RUNTIME, reportedName, takes } from './retry.ts';

/** Where an execution goes from a state. */
export type Move =
  | { readonly kind: 'next'; readonly state: string; readonly input: Json }
  | { readonly kind: 'end'; readonly output: Json }
  | Failed;

/** The function call of a task; its limits are in milliseconds from the start of the attempt. */
type TaskCall = {
  readonly kind: 'call';
  readonly functionName: string;
  readonly payload: Json;
  readonly timeoutMs: number;
  readonly heartbeatMs: number | null;
};

export type TaskStep = {
  readonly kind: 'task';
  /** Whether an answer to its token ends the task, not the return of its function. */
  readonly callback: boolean;
  readonly retriers: readonly Retrier[];
  begin(given: Given): Promise<TaskCall | Failed>;
  finish(given: Given, result: Json): Promise<Move>;
  /** Goes to the state of the first catcher that handles the failure; fails without one. */
  recover(given: Given, failure: TaskFailure): Promise<Move>;
};

type WaitStep = {
  readonly kind: 'wait';
  /** The instant at which this wait ends, when it begins at `now`. */
  begin(given: Given, now: number): Promise<{ kind: 'until'; until: number } | Failed>;
  finish(given: Given): Promise<Move>;
};

/** A state that only routes: Choice, Succeed. */
type RouteStep = { readonly kind: 'route'; go(given: Given): Promise<Move> };

export type Step = TaskStep | WaitStep | RouteStep;

/** A path without a usable value fails the execution on AWS, and can't be caught. */
const runtimeFailure = (cause: string): Failed => ({ kind: 'failed', error: RUNTIME, cause });

function onward(ran: Ran, { Next }: { Next?: string }): Move {
  if (ran.kind === 'failed') return ran;
  if (Next === undefined) return { kind: 'end', output: ran.output };
  return { kind: 'next', state: Next, input: ran.output };
}

/** An entry of a template: a path into the input, or else a fixed value. */
const entry = (name: string, path: string | undefined, fixed: Json): Record<string, Json> =>
  path === undefined ? { [name]: fixed } : { [`${name}.$`]: path };

const Call = z.pipe(
  z.object({
    parameters: z.object({
      FunctionName: z.string(),
      Payload: z._default(z.json(), {}),
    }),
    timeout: z.int().check(z.positive()),
    heartbeat: z.nullable(z.int().check(z.positive())),
  }),
  z.transform(
    ({ parameters, timeout, heartbeat }): TaskCall => ({
      kind: 'call',
      functionName: parameters.FunctionName,
      payload: parameters.Payload,
      timeoutMs: timeout * 1000,
      heartbeatMs: heartbeat === null ? null : heartbeat * 1000,
    }),
  ),
);

function readCall(ran: Ran): TaskCall | Failed {
  if (ran.kind === 'failed') return ran;
  const call = Call.safeParse(ran.output, IN_WORDS);
  if (!call.success) return runtimeFailure(z.prettifyError(call.error));
  const { timeoutMs, heartbeatMs } = call.data;
  // AWS checks this for fixed values when a state machine is created (developer guide, 2023).
  return heartbeatMs === null || heartbeatMs < timeoutMs
    ? call.data
    : runtimeFailure(
        `a heartbeat of ${heartbeatMs} ms is not below its timeout of ${timeoutMs} ms`,
      );
}

/** A machine that computes a task's limits and parameters from its effective input. */
function beginMachine(state: Task) {
  const Parameters = {
    parameters: state.Parameters,
    ...entry('timeout', state.TimeoutSecondsPath, state.TimeoutSeconds ?? LONGEST_SECONDS),
    ...entry('heartbeat', state.HeartbeatSecondsPath, state.HeartbeatSeconds ?? null),
  };
  return machineOf({ ...InputFields.parse(state), Type: 'Pass', Parameters, End: true });
}

function taskStep(state: Task): TaskStep {
  const begin = beginMachine(state);
  const work = { Type: 'Task', Resource: '', End: true } as const;
  const finish = machineOf({ ...ResultFields.parse(state), ...work });
  const catchers = (state.Catch ?? []).map((catcher) => ({
    ...catcher,
    machine: machineOf({ ...ResultFields.parse(catcher), ...work }),
  }));
  return {
    kind: 'task',
    callback: state.Resource === CALLBACK_RESOURCE,
    retriers: state.Retry ?? [],
    begin: async (given) => readCall(await runMachine(begin, given)),
    finish: async (given, result) => onward(await runResult(finish, given, result), state),
    async recover(given, { error, cause }) {
      const reported = { Error: reportedName(error), Cause: cause };
      const catcher = catchers.find(({ ErrorEquals }) => takes(ErrorEquals, error));
      if (catcher === undefined) return { kind: 'failed', error: reported.Error, cause };
      return onward(await runResult(catcher.machine, given, reported), catcher);
    },
  };
}

const Due = z.union([
  z.object({ seconds: z.int().check(z.gte(0)) }),
  z.object({ instant: z.iso.datetime({ offset: true }) }),
]);

function waitStep(state: Wait): WaitStep {
  const { Seconds, SecondsPath, Timestamp, TimestampPath } = state;
  const Parameters =
    Timestamp === undefined && TimestampPath === undefined
      ? entry('seconds', SecondsPath, Seconds ?? null)
      : entry('instant', TimestampPath, Timestamp ?? null);
  const begin = machineOf({ ...InputFields.parse(state), Type: 'Pass', Parameters, End: true });
  const finish = machineOf({ ...PathFields.parse(state), Type: 'Pass', End: true });
  return {
    kind: 'wait',
    async begin(given, now) {
      const ran = await runMachine(begin, given);
      if (ran.kind === 'failed') return ran;
      const due = Due.safeParse(ran.output);
      if (!due.success) return runtimeFailure('a Wait must have whole seconds or a timestamp');
      const wait = due.data;
      const until = 'seconds' in wait ? now + wait.seconds * 1000 : Date.parse(wait.instant);
      return { kind: 'until', until };
    },
    finish: async (given) => onward(await runMachine(finish, given), state),
  };
}

/** Each target becomes an end state whose handler records that it was reached. */
function choiceStep(state: Choice): RouteStep {
  const label = (target: string): string => `to ${target}`;
  const targets = new Set(state.Choices.map(({ Next }) => Next));
  if (state.Default !== undefined) targets.add(state.Default);
  const machine = machineOf(
    {
      ...state,
      Choices: state.Choices.map((rule) => ({ ...rule, Next: label(rule.Next) })),
      ...(state.Default === undefined ? {} : { Default: label(state.Default) }),
    },
    Object.fromEntries(
      [...targets].map((target) => [label(target), { Type: 'Task', Resource: '', End: true }]),
    ),
  );
  return {
    kind: 'route',
    async go(given) {
      let move: Move = runtimeFailure('no target of this choice was reached');
      const reach = (target: string) => (input: Json) => {
        move = { kind: 'next', state: target, input };
        return null;
      };
      const handlers = [...targets].map((target) => [label(target), reach(target)] as const);
      const ran = await runMachine(machine, given, Object.fromEntries(handlers));
      return ran.kind === 'failed' ? ran : move;
    },
  };
}

/** The step of a state. Any number of executions may run it at once. */
export function stepOf(state: State): Step {
  switch (state.Type) {
    case 'Task':
      return taskStep(state);
    case 'Wait':
      return waitStep(state);
    case 'Choice':
      return choiceStep(state);
    case 'Succeed': {
      const machine = machineOf(state);
      return { kind: 'route', go: async (given) => onward(await runMachine(machine, given), {}) };
    }
  }
}
