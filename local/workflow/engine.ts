// Step Functions on one computer: executions of one state machine, with their tokens and deadlines,
// which continue after a crash. Everything is journaled before it has any effect, so a function may
// be invoked twice for one attempt, but an accepted answer is never lost. A journal that can't be
// written ends the process. It must never read a clock or set a timer: time is injected.

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomInt, randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../../shared/core/base/failure.ts';
import { invariant } from '../../shared/core/base/invariant.ts';
import type { Ids } from './advance.ts';
import type { Json } from './asl.ts';
import { createBook } from './book.ts';
import type { EngineClock } from './clock.ts';
import { loadDefinition } from './definition.ts';
import { type Answer, createDriver, type FailedExecution, type Invoke } from './driver.ts';
import type { Execution } from './execution.ts';
import type { Journal, Outcome } from './journal.ts';
import { toJson } from './json.ts';

export type EngineOptions = {
  /** The state machine, as parsed from its file. */
  readonly definition: unknown;
  readonly invoke: Invoke;
  readonly clock: EngineClock;
  readonly journal: Journal;
  readonly ids?: Ids;
  /** Is called once for each execution that failed, as an EventBridge rule is. */
  readonly onFailed?: (execution: FailedExecution) => void;
};

type Description = {
  readonly status: 'RUNNING' | Outcome['status'];
  readonly input: Json;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
  /** The state transitions that AWS bills: each state entered and each retry. */
  readonly transitions: number;
  /** The states of these transitions, in order. */
  readonly states: readonly string[];
};

export type WorkflowEngine = {
  /**
   * Starts an execution. Safe to repeat: `started` while it runs on the same input, else `exists`,
   * also for a name whose execution has ended. Throws BadRequest for a name that isn't 1 to 80
   * letters, digits, _ and -.
   */
  start(execution: { name: string; input: unknown }): 'started' | 'exists';
  /** Ends a token's wait with an output. The first answer wins; any later one is `over`. */
  succeed(token: string, output: unknown): Answer;
  /** Ends a token's wait with an error. The first answer wins; any later one is `over`. */
  fail(token: string, error: string, cause: string): Answer;
  /** Resets the heartbeat timeout of a token, never its timeout. */
  heartbeat(token: string): Answer;
  describe(name: string): Description | undefined;
  /** The names of the executions that run, or ran at an earlier instant. */
  running(at?: number): string[];
  /**
   * Continues every open execution of the journal: attempts keep their tokens and deadlines,
   * overdue timers fire at once, functions that hadn't returned are invoked again. Returns how
   * many.
   */
  resume(): number;
  /** Stops as a crash does: no execution ends, the journal is closed, later calls are refused. */
  close(): void;
  /** Resolves when the engine waits for nothing but timers, tokens and functions. */
  settled(): Promise<void>;
};

/** The names that AWS accepts and can log (StartExecution, 2026). */
const NAME = /^[A-Za-z0-9_-]{1,80}$/;

const REAL_IDS: Ids = { token: randomUUID, random: () => randomInt(2 ** 32) / 2 ** 32 };

function described({ input, states, phase }: Execution): Description {
  const outcome = phase.kind === 'closed' ? phase.outcome : { status: 'RUNNING' as const };
  return { ...outcome, input, transitions: states.length, states };
}

/**
 * Creates an engine for one state machine. Open executions of the journal wait for `resume`. Throws
 * BadConfig for an unsupported definition, StoreDown for an unreadable journal.
 */
export function createWorkflowEngine(options: EngineOptions): WorkflowEngine {
  const { clock, journal, invoke, ids = REAL_IDS, onFailed = () => undefined } = options;
  const definition = loadDefinition(options.definition);
  const book = createBook(journal);
  // Functions run in the engine's context: the call that starts or wakes an execution may be over.
  const inOwnContext = AsyncLocalStorage.snapshot();
  const run: Invoke = (call) => inOwnContext(() => invoke(call));
  const driver = createDriver({ definition, invoke: run, clock, ids, book, onFailed });
  let closed = false;

  const whileOpen = <T>(result: () => T): T => {
    invariant(!closed, 'the workflow engine is closed');
    return result();
  };
  const startOnce = (name: string, input: Json): 'started' | 'exists' => {
    const taken = book.byName(name)?.execution;
    if (taken !== undefined) {
      const same = taken.phase.kind !== 'closed' && isDeepStrictEqual(taken.input, input);
      return same ? 'started' : 'exists';
    }
    const state = definition.startAt;
    driver.drive(book.commit({ type: 'started', name, at: clock.now(), state, input }));
    return 'started';
  };

  return {
    start: ({ name, input }) =>
      whileOpen(() => {
        if (!NAME.test(name))
          throw new Failure('BadRequest', `${name} is not a valid execution name`);
        return startOnce(name, toJson(input));
      }),
    succeed: (token, output) => whileOpen(() => driver.succeed(token, toJson(output))),
    fail: (token, error, cause) => whileOpen(() => driver.fail(token, error, cause)),
    heartbeat: (token) => whileOpen(() => driver.heartbeat(token)),
    describe(name) {
      const run = book.byName(name);
      return run === undefined ? undefined : described(run.execution);
    },
    running: (at) => book.running(at).map(({ execution }) => execution.name),
    resume: () => whileOpen(() => driver.resume()),
    close() {
      // The file number of a closed journal may belong to another file by now.
      if (closed) return;
      closed = true;
      driver.close();
      journal.close();
    },
    // All of the engine's own work is promises; one turn of the event loop completes them.
    settled: () => setImmediate(),
  };
}
