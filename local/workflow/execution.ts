// The state of an execution after each record of the journal. Pure, so that an engine that reads
// the journal again has exactly the state of the engine before it. It must never act.

import { invariant } from '../../shared/core/base/invariant.ts';
import type { Json } from './asl.ts';
import type { JournalRecord, Outcome } from './journal.ts';
import type { Given } from './library.ts';

export type Running = {
  readonly kind: 'running';
  readonly token: string;
  readonly call: { readonly functionName: string; readonly payload: Json };
  readonly timeoutAt: number;
  readonly heartbeatMs: number | null;
  /** When the attempt started or had its last heartbeat. */
  readonly heartbeatAt: number;
  /** Whether its function has returned and only an answer to the token ends it. */
  readonly parked: boolean;
};

/** The phases from which an execution moves on without waiting. */
export type Moving =
  | { readonly kind: 'entered' }
  | { readonly kind: 'answered'; readonly output: Json }
  | { readonly kind: 'failed'; readonly error: string; readonly cause: string };

/** The phases in which an execution waits, or has ended. */
export type Resting =
  | Running
  | { readonly kind: 'waiting'; readonly until: number }
  | { readonly kind: 'backing-off'; readonly until: number }
  | { readonly kind: 'closed'; readonly outcome: Outcome };

export type Phase = Moving | Resting;

export type Execution = {
  readonly name: string;
  readonly input: Json;
  readonly startedAt: number;
  /** Every state entered, in order; once more for each retry. */
  readonly states: readonly string[];
  readonly state: string;
  readonly stateInput: Json;
  readonly enteredAt: number;
  /** Retries since the state was entered, by retrier. */
  readonly used: readonly number[];
  /** The token of the latest attempt, or none yet. */
  readonly token: string;
  /** How many events its history has on AWS. */
  readonly events: number;
  readonly phase: Phase;
};

type Of<T extends JournalRecord['type']> = Extract<JournalRecord, { type: T }>;

export const isMoving = (phase: Phase): phase is Moving =>
  phase.kind === 'entered' || phase.kind === 'answered' || phase.kind === 'failed';

/** The instant at which a running attempt times out, unless a heartbeat moves it. */
export function attemptEnds({ timeoutAt, heartbeatMs, heartbeatAt }: Running): number {
  return heartbeatMs === null ? timeoutAt : Math.min(timeoutAt, heartbeatAt + heartbeatMs);
}

/**
 * How many events a record adds to a history. A failed attempt adds one more, whether it is retried
 * or caught; a state that fails before its attempt started, none but the end of the execution.
 */
export function eventsOf(record: JournalRecord, phase: Phase): number {
  switch (record.type) {
    case 'started': // ExecutionStarted, StateEntered
    case 'entered': // StateExited, StateEntered
    case 'task-started': // TaskScheduled, TaskStarted
      return 2;
    case 'parked': // TaskSubmitted
      return 1;
    case 'answered': // TaskSucceeded; the end of a Wait adds nothing
    case 'failed': // TaskFailed or TaskTimedOut
      return phase.kind === 'running' ? 1 : 0;
    case 'closed': // StateExited, ExecutionSucceeded; or ExecutionFailed
      return record.outcome.status === 'SUCCEEDED' ? 2 : 1;
    case 'heartbeat':
    case 'waited':
    case 'backed-off':
    case 'retried':
      return 0;
  }
}

/** The record that ends an execution at `at`. */
export function closedRecord(execution: Execution, at: number, outcome: Outcome): JournalRecord {
  const { name, startedAt, input, states } = execution;
  return { type: 'closed', name, at, startedAt, input, states: [...states], outcome };
}

/** The input and context object of a step, with the token of its attempt. */
export function givenOf(execution: Execution, token: string): Given {
  const { name, input, startedAt, state, stateInput, enteredAt, used } = execution;
  const context = {
    Workflow: {
      Id: `arn:aws:states:local:000000000000:execution:local:${name}`,
      Name: name,
      Input: input,
      StartTime: new Date(startedAt).toISOString(),
    },
    State: {
      Name: state,
      EnteredTime: new Date(enteredAt).toISOString(),
      RetryCount: used.reduce((sum, count) => sum + count, 0),
    },
    Task: { Token: token },
  };
  return { input: stateInput, context };
}

function started({ name, at, input, state }: Of<'started'>): Execution {
  return {
    name,
    input,
    startedAt: at,
    states: [state],
    state,
    stateInput: input,
    enteredAt: at,
    used: [],
    token: '',
    events: 2,
    phase: { kind: 'entered' },
  };
}

function closed({ name, at, startedAt, input, states, outcome }: Of<'closed'>): Execution {
  const state = states.at(-1) ?? '';
  return {
    ...started({ type: 'started', name, at: startedAt, input, state }),
    states,
    enteredAt: at,
    phase: { kind: 'closed', outcome },
  };
}

function taskStarted(execution: Execution, record: Of<'task-started'>): Execution {
  const { token, call, timeoutAt, heartbeatMs, at } = record;
  const limits = { timeoutAt, heartbeatMs, heartbeatAt: at };
  return { ...execution, token, phase: { kind: 'running', token, call, ...limits, parked: false } };
}

function running(execution: Execution, change: Partial<Running>): Execution {
  invariant(execution.phase.kind === 'running', `no attempt of ${execution.name} is running`);
  return { ...execution, phase: { ...execution.phase, ...change } };
}

function backedOff(execution: Execution, { retrier, until }: Of<'backed-off'>): Execution {
  const used = Array.from(
    { length: Math.max(execution.used.length, retrier + 1) },
    (_, index) => (execution.used[index] ?? 0) + (index === retrier ? 1 : 0),
  );
  return { ...execution, used, phase: { kind: 'backing-off', until } };
}

function changed(execution: Execution, record: JournalRecord): Execution {
  const { states } = execution;
  switch (record.type) {
    case 'started':
    case 'closed':
      return execution;
    case 'entered': {
      const { state, input, at } = record;
      const fresh = { stateInput: input, enteredAt: at, used: [], token: '' };
      const phase = { kind: 'entered' } as const;
      return { ...execution, ...fresh, state, states: [...states, state], phase };
    }
    case 'task-started':
      return taskStarted(execution, record);
    case 'parked':
      return running(execution, { parked: true });
    case 'heartbeat':
      return running(execution, { heartbeatAt: record.at });
    case 'waited':
      return { ...execution, phase: { kind: 'waiting', until: record.until } };
    case 'answered':
      return { ...execution, phase: { kind: 'answered', output: record.output } };
    case 'failed':
      return {
        ...execution,
        phase: { kind: 'failed', error: record.error, cause: record.cause },
      };
    case 'backed-off':
      return backedOff(execution, record);
    case 'retried':
      return { ...execution, states: [...states, execution.state], phase: { kind: 'entered' } };
  }
}

/**
 * The execution after one more record. Throws for a record that can't follow: a damaged journal.
 */
export function applied(execution: Execution | undefined, record: JournalRecord): Execution {
  if (record.type === 'started') return started(record);
  // Compaction leaves the last record of an execution that has ended, without its history.
  const { events, phase } = execution ?? { events: 0, phase: { kind: 'entered' } as const };
  const count = { events: events + eventsOf(record, phase) };
  if (record.type === 'closed') return { ...closed(record), ...count };
  invariant(execution !== undefined, `${record.name} has a record from before it started`);
  return { ...changed(execution, record), ...count };
}
