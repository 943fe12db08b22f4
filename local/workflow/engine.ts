// Step Functions on one machine: executions of one state machine, their tokens and deadlines, and
// the way on after a crash. What happens is journaled before it has any effect, so a function may
// be invoked twice for one attempt, but an answer that was accepted is never lost. A journal that
// can't be written ends the process. It must never read a clock or set a timer: time is injected.

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
  /** A state machine as parsed from its file. */
  readonly definition: unknown;
  readonly invoke: Invoke;
  readonly clock: EngineClock;
  readonly journal: Journal;
  readonly ids?: Ids;
  /** Told of each execution that failed, once and best effort, as AWS tells a rule on events. */
  readonly onFailed?: (execution: FailedExecution) => void;
};

type Description = {
  readonly status: 'RUNNING' | Outcome['status'];
  readonly input: Json;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
  /** As AWS bills them: each state entered and each retry. */
  readonly transitions: number;
  /** The same, by name and in order. */
  readonly states: readonly string[];
};

export type WorkflowEngine = {
  /**
   * Starts an execution. Safe to repeat: `started` while it runs on the same input, `exists` when
   * the name was taken otherwise; a closed execution keeps its name. Throws BadRequest for a name
   * that isn't 1-80 letters, digits, _ and -.
   */
  start(execution: { name: string; input: unknown }): 'started' | 'exists';
  /** Ends the wait of a token well. The first answer wins; any later one is `over`. */
  succeed(token: string, output: unknown): Answer;
  /** Ends the wait of a token with an error. The first answer wins; any later one is `over`. */
  fail(token: string, error: string, cause: string): Answer;
  /** Resets the heartbeat clock of a token; never its timeout. */
  heartbeat(token: string): Answer;
  describe(name: string): Description | undefined;
  /** The names of the executions that run, or that ran at an instant of the past. */
  running(at?: number): string[];
  /**
   * Goes on with every execution the journal left open: attempts keep tokens and deadlines, what is
   * overdue happens at once, unanswered functions are invoked again. Returns how many.
   */
  resume(): number;
  /** Stops as a crash would: nothing ends, the journal is closed, later calls are refused. */
  close(): void;
  /** Resolves when the engine can only wait: for timers, tokens, or functions it invoked. */
  settled(): Promise<void>;
};

/** What AWS accepts as a name and can log (StartExecution, 2026): lease id and generation fit. */
const NAME = /^[A-Za-z0-9_-]{1,80}$/;

const REAL_IDS: Ids = { token: randomUUID, random: () => randomInt(2 ** 32) / 2 ** 32 };

function described({ input, states, phase }: Execution): Description {
  const outcome = phase.kind === 'closed' ? phase.outcome : { status: 'RUNNING' as const };
  return { ...outcome, input, transitions: states.length, states };
}

/**
 * An engine for one state machine. What a journal left open stands still until `resume`. Throws
 * BadConfig for a definition it can't run, StoreDown for a journal it can't read.
 */
export function createWorkflowEngine(options: EngineOptions): WorkflowEngine {
  const { clock, journal, invoke, ids = REAL_IDS, onFailed = () => undefined } = options;
  const definition = loadDefinition(options.definition);
  const book = createBook(journal);
  const driver = createDriver({ definition, invoke, clock, ids, book, onFailed });
  let closed = false;

  const whileOpen = <T>(result: () => T): T => {
    invariant(!closed, 'the workflow engine is closed');
    return result();
  };
  const begin = (name: string, input: Json): 'started' | 'exists' => {
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
        if (!NAME.test(name)) throw new Failure('BadRequest', `${name} can't name an execution`);
        return begin(name, toJson(input));
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
      // Twice would close a file that is another's by then.
      if (closed) return;
      closed = true;
      driver.close();
      journal.close();
    },
    // All work of the engine's own is promises; one turn of the event loop drains them.
    settled: () => setImmediate(),
  };
}
