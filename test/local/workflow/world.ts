// The world of the workflow tests: an engine in virtual time, with plain functions by name. It must
// never wait for real time.

import { createVirtualClock, type VirtualClock } from '../../../local/workflow/clock.ts';
import {
  createWorkflowEngine,
  type EngineOptions,
  type WorkflowEngine,
} from '../../../local/workflow/engine.ts';
import { createMemoryJournal, type Journal } from '../../../local/workflow/journal.ts';

export const START = Date.parse('2026-11-21T12:00:00Z');
export const seconds = (count: number): number => count * 1000;

type Functions = Record<string, (payload: unknown) => unknown>;
type Call = { functionName: string; payload: unknown };

export type World = {
  readonly engine: WorkflowEngine;
  readonly clock: VirtualClock;
  readonly journal: Journal;
  /** Every call so far, in order. */
  readonly calls: readonly Call[];
  /** The tokens that functions received as `payload.token`, in order. */
  tokens(): string[];
  /** Starts an execution called `run` and lets it settle. */
  begin(input?: unknown): Promise<void>;
};

type WorldOptions = {
  definition: unknown;
  functions?: Functions;
  journal?: Journal;
  now?: number;
  random?: () => number;
  onFailed?: NonNullable<EngineOptions['onFailed']>;
  /** The prefix of every token, so that the tokens of a later engine differ. */
  mark?: string;
};

export function aWorld(options: WorldOptions): World {
  const { definition, functions = {}, random = () => 0.5, mark = 'token', onFailed } = options;
  const journal = options.journal ?? createMemoryJournal();
  const clock = createVirtualClock(options.now ?? START);
  const calls: Call[] = [];
  let tokens = 0;
  const engine = createWorkflowEngine({
    definition,
    clock,
    journal,
    ...(onFailed !== undefined && { onFailed }),
    ids: { token: () => `${mark}-${++tokens}`, random },
    async invoke(call) {
      calls.push(call);
      return functions[call.functionName]?.(call.payload);
    },
  });
  return {
    engine,
    clock,
    journal,
    calls,
    tokens: () => calls.map(({ payload }) => tokenIn(payload)).filter((token) => token !== ''),
    async begin(input = {}) {
      engine.start({ name: 'run', input });
      await engine.settled();
    },
  };
}

/** The token that a function received, or '' without one. */
export function tokenIn(payload: unknown): string {
  const found = typeof payload === 'object' && payload !== null && 'token' in payload;
  return found ? String(payload.token) : '';
}

/** A Lambda task that calls the function of its own name with the whole input. */
export const aTask = (name: string, more: object = { End: true }) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: name, 'Payload.$': '$' },
  ...more,
});

/** A task that passes its token to the function of its own name, and waits for the answer. */
export const aCallback = (name: string, more: object = { End: true }) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Parameters: { FunctionName: name, Payload: { 'token.$': '$$.Task.Token' } },
  ...more,
});

/** A machine of these states that starts at the first. */
export const aMachine = (States: Record<string, object>) => ({
  StartAt: Object.keys(States)[0],
  States,
});

/** An error as a step handler throws it. */
export function named(name: string, message = 'it failed'): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
