// Moves executions: invokes their functions, sets their timers, takes answers to their tokens. Each
// step is committed to the book before anything follows from it. Whatever comes for an attempt that
// is over must change nothing.

import type { Ids } from './advance.ts';
import { movingPhase, nextRecord } from './advance.ts';
import type { Json } from './asl.ts';
import type { Book, Run } from './book.ts';
import type { EngineClock } from './clock.ts';
import type { Definition } from './definition.ts';
import type { Running } from './execution.ts';
import { attemptEnds } from './execution.ts';
import type { JournalRecord } from './journal.ts';
import { toJson } from './json.ts';
import type { TaskFailure } from './retry.ts';
import { HEARTBEAT_TIMEOUT, TIMEOUT } from './retry.ts';

/** Calls a function by name. What it throws fails the task, under the error's name. */
export type Invoke = (call: { functionName: string; payload: unknown }) => Promise<unknown>;

/** `over`: the token was answered, expired or never was. */
export type Answer = 'accepted' | 'over';

export type Driver = {
  /** Lets a run move until it has to wait. Returns at once. */
  drive(run: Run): void;
  succeed(token: string, output: Json): Answer;
  fail(token: string, error: string, cause: string): Answer;
  heartbeat(token: string): Answer;
  /** Takes up what stands still; returns how many runs. */
  resume(): number;
  /** Stops all timers, and ignores what is still to come. */
  close(): void;
};

type DriverOptions = {
  readonly definition: Definition;
  readonly invoke: Invoke;
  readonly clock: EngineClock;
  readonly ids: Ids;
  readonly book: Book;
};

/** A failure as Lambda reports one to Step Functions. */
function failureOf(thrown: unknown): TaskFailure {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { error: name, cause: JSON.stringify({ errorMessage: message, errorType: name }) };
}

type Returned = { kind: 'returned'; output: Json } | ({ kind: 'threw' } & TaskFailure);

/** Invokes a function and wraps what it returns as `lambda:invoke` does. */
async function returned(invoke: Invoke, call: Running['call']): Promise<Returned> {
  try {
    const Payload = toJson(await invoke(call));
    return { kind: 'returned', output: { Payload, StatusCode: 200, ExecutedVersion: '$LATEST' } };
  } catch (thrown) {
    return { kind: 'threw', ...failureOf(thrown) };
  }
}
