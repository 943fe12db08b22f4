// Runs executions: invokes their functions, sets their timers, takes the answers to their tokens.
// Each step is committed to the book before it has any effect. A result or an answer for an attempt
// that is over changes nothing.

import type { Ids } from './advance.ts';
import { nextRecord } from './advance.ts';
import type { Json } from './asl.ts';
import type { Book, Run } from './book.ts';
import type { EngineClock } from './clock.ts';
import type { Definition } from './definition.ts';
import type { Resting, Running } from './execution.ts';
import { attemptEnds, isMoving } from './execution.ts';
import type { JournalRecord } from './journal.ts';
import { toJson } from './json.ts';
import type { TaskFailure } from './retry.ts';
import { HEARTBEAT_TIMEOUT, TIMEOUT } from './retry.ts';

/** Invokes a function by name. An error that it throws fails the task under the error's name. */
export type Invoke = (call: { functionName: string; payload: unknown }) => Promise<unknown>;

/** `over`: the token was answered before, has expired, or never existed. */
export type Answer = 'accepted' | 'over';

/** As in AWS's event; no execution here times out as a whole or is aborted. */
export type FailedExecution = { readonly name: string; readonly status: 'FAILED' };

export type DriverOptions = {
  readonly definition: Definition;
  readonly invoke: Invoke;
  readonly clock: EngineClock;
  readonly ids: Ids;
  readonly book: Book;
  /** Is called for each execution that failed, once the failure is in the journal. */
  readonly onFailed: (execution: FailedExecution) => void;
};

/** The state of a driver. Once closed, it commits nothing more. */
type World = DriverOptions & { closed: boolean };

/**
 * A failure as Step Functions reports one of Lambda: what the function or its runtime returned as
 * JSON, or the message of an error of the service itself.
 */
function failureOf(thrown: unknown): TaskFailure {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (name.startsWith('Lambda.')) return { error: name, cause: message };
  return { error: name, cause: JSON.stringify({ errorMessage: message, errorType: name }) };
}

type Returned = { kind: 'returned'; output: Json } | ({ kind: 'threw' } & TaskFailure);

/** Invokes a function and wraps what it returns as `lambda:invoke` does. */
async function callFunction(invoke: Invoke, call: Running['call']): Promise<Returned> {
  try {
    const Payload = toJson(await invoke(call));
    return { kind: 'returned', output: { Payload, StatusCode: 200, ExecutedVersion: '$LATEST' } };
  } catch (thrown) {
    return { kind: 'threw', ...failureOf(thrown) };
  }
}

const headOf = ({ clock }: World, { execution: { name } }: Run) => ({ name, at: clock.now() });

/** Advances a run until it has to wait, then waits with it. */
async function drive(world: World, run: Run): Promise<void> {
  const { definition, clock, ids, book } = world;
  run.driven = true;
  let { phase } = run.execution;
  while (isMoving(phase)) {
    const { execution } = run;
    const record = await nextRecord(definition, { execution, phase }, { ids, at: clock.now() });
    if (world.closed) return;
    book.commit(record);
    phase = run.execution.phase;
  }
  rest(world, run, phase);
}

/** Commits the record that a run waited for, and drives it on. */
function resolve(world: World, run: Run, record: JournalRecord): void {
  world.book.commit(record);
  run.cancel();
  void drive(world, run);
}

/** Replaces a run's timer. One that is overdue fires at once. */
function wakeAt({ clock }: World, run: Run, at: { instant: number; wake: () => void }): void {
  run.cancel();
  if (at.instant <= clock.now()) at.wake();
  else run.cancel = clock.at(at.instant, at.wake);
}

function expire(world: World, run: Run, attempt: Running): void {
  const error = attemptEnds(attempt) < attempt.timeoutAt ? HEARTBEAT_TIMEOUT : TIMEOUT;
  resolve(world, run, { type: 'failed', ...headOf(world, run), error, cause: '' });
}

function watch(world: World, run: Run, attempt: Running): void {
  wakeAt(world, run, {
    instant: attemptEnds(attempt),
    wake: () => expire(world, run, attempt),
  });
}

/** Sets the timer of a run that waits, and invokes the function of an attempt not yet parked. */
function rest(world: World, run: Run, phase: Resting): void {
  switch (phase.kind) {
    case 'running':
      watch(world, run, phase);
      // `watch` has already ended an overdue attempt.
      if (run.execution.phase === phase && !phase.parked) void call(world, run, phase);
      break;
    case 'waiting':
      wakeAt(world, run, {
        instant: phase.until,
        wake: () => resolve(world, run, { type: 'answered', ...headOf(world, run), output: null }),
      });
      break;
    case 'backing-off':
      wakeAt(world, run, {
        instant: phase.until,
        wake: () => resolve(world, run, { type: 'retried', ...headOf(world, run) }),
      });
      break;
    case 'closed':
      if (phase.outcome.status !== 'FAILED') break;
      world.onFailed({ name: run.execution.name, status: phase.outcome.status });
      break;
  }
}

/** Invokes the function of an attempt. Its result is dropped once the attempt is over. */
async function call(world: World, run: Run, attempt: Running): Promise<void> {
  const step = world.definition.steps.get(run.execution.state);
  const result = await callFunction(world.invoke, attempt.call);
  if (world.closed) return;
  answer(world, attempt.token, (live) => {
    const head = headOf(world, live);
    if (result.kind === 'threw') {
      const { error, cause } = result;
      return resolve(world, live, { type: 'failed', ...head, error, cause });
    }
    if (step?.kind === 'task' && step.callback) {
      return resolve(world, live, { type: 'parked', ...head });
    }
    resolve(world, live, { type: 'answered', ...head, output: result.output });
  });
}

/** Calls `act` with the run whose current attempt has this token, if the answer is in time. */
function answer(world: World, token: string, act: (run: Run) => void): Answer {
  const found = world.book.byToken(token);
  if (found === undefined) return 'over';
  if (attemptEnds(found.attempt) <= world.clock.now()) {
    expire(world, found.run, found.attempt);
    return 'over';
  }
  act(found.run);
  return 'accepted';
}

function heartbeat(world: World, run: Run): void {
  world.book.commit({ type: 'heartbeat', ...headOf(world, run) });
  const { phase } = run.execution;
  if (phase.kind === 'running') watch(world, run, phase);
}

function resume(world: World): number {
  const waiting = world.book.running().filter((run) => !run.driven);
  for (const run of waiting) void drive(world, run);
  return waiting.length;
}

export type Driver = {
  /** Drives a run until it has to wait. Returns at once. */
  drive(run: Run): void;
  succeed(token: string, output: Json): Answer;
  fail(token: string, error: string, cause: string): Answer;
  heartbeat(token: string): Answer;
  /** Drives the open runs that were read from the journal; returns how many. */
  resume(): number;
  /** Stops all timers, and ignores later results. */
  close(): void;
};

/** Creates the driver of an engine. It drives nothing before the first call. */
export function createDriver(options: DriverOptions): Driver {
  const world: World = { ...options, closed: false };
  const end = (record: (head: { name: string; at: number }) => JournalRecord) => (run: Run) =>
    resolve(world, run, record(headOf(world, run)));

  return {
    drive: (run) => void drive(world, run),
    succeed: (token, output) =>
      answer(
        world,
        token,
        end((head) => ({ type: 'answered', ...head, output })),
      ),
    fail: (token, error, cause) =>
      answer(
        world,
        token,
        end((head) => ({ type: 'failed', ...head, error, cause })),
      ),
    heartbeat: (token) => answer(world, token, (run) => heartbeat(world, run)),
    resume: () => resume(world),
    close() {
      world.closed = true;
      for (const run of world.book.running()) run.cancel();
    },
  };
}
