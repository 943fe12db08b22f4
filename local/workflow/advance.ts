// Decides the next journal record of an execution that doesn't wait for anything. It must never
// write the journal, invoke a function or wait: the driver does.

import type { Json } from './asl.ts';
import type { Definition } from './definition.ts';
import type { Execution, Moving } from './execution.ts';
import { closedRecord, givenOf } from './execution.ts';
import type { JournalRecord } from './journal.ts';
import type { Failed, Given } from './library.ts';
import { RUNTIME, retryFor, type TaskFailure } from './retry.ts';
import type { Move, Step, TaskStep } from './steps.ts';

export type Ids = {
  /** A new task token: unique and impossible to guess. */
  token(): string;
  /** At least 0 and below 1, for retries with jitter. */
  random(): number;
};

type Stand = {
  readonly execution: Execution;
  /** The fields that every record has. */
  readonly head: { readonly name: string; readonly at: number };
  readonly given: Given;
  readonly ids: Ids;
};

function leave({ execution, head }: Stand, move: Move): JournalRecord {
  if (move.kind === 'next') {
    return { type: 'entered', ...head, state: move.state, input: move.input };
  }
  const outcome =
    move.kind === 'end'
      ? ({ status: 'SUCCEEDED', output: move.output } as const)
      : ({ status: 'FAILED', error: move.error, cause: move.cause } as const);
  return closedRecord(execution, head.at, outcome);
}

const fail = ({ head }: Stand, { error, cause }: Failed): JournalRecord => {
  return { type: 'failed', ...head, error, cause };
};

/** Each attempt has its own token, whether or not its function is given the token. */
async function beginTask(stand: Stand, step: TaskStep): Promise<JournalRecord> {
  const token = stand.ids.token();
  const given = givenOf(stand.execution, token);
  const call = await step.begin(given);
  if (call.kind === 'failed') return fail(stand, call);
  const { functionName, payload, timeoutMs, heartbeatMs } = call;
  const limits = { timeoutAt: stand.head.at + timeoutMs, heartbeatMs };
  return { type: 'task-started', ...stand.head, token, call: { functionName, payload }, ...limits };
}

async function begin(stand: Stand, step: Step): Promise<JournalRecord> {
  switch (step.kind) {
    case 'task':
      return beginTask(stand, step);
    case 'wait': {
      const wait = await step.begin(stand.given, stand.head.at);
      if (wait.kind === 'failed') return leave(stand, wait);
      return { type: 'waited', ...stand.head, until: wait.until };
    }
    case 'route':
      return leave(stand, await step.go(stand.given));
  }
}

async function finish(stand: Stand, step: Step, output: Json): Promise<JournalRecord> {
  switch (step.kind) {
    case 'task': {
      const move = await step.finish(stand.given, output);
      // A result that its ResultSelector can't read fails the task, which may be retried or caught.
      return move.kind === 'failed' ? fail(stand, move) : leave(stand, move);
    }
    case 'wait':
      return leave(stand, await step.finish(stand.given));
    case 'route':
      return begin(stand, step);
  }
}

async function recover(stand: Stand, step: Step, failure: TaskFailure): Promise<JournalRecord> {
  if (step.kind !== 'task') return leave(stand, { kind: 'failed', ...failure });
  const { used } = stand.execution;
  const retry = retryFor(failure, step.retriers, { used, random: stand.ids.random });
  if (retry === undefined) return leave(stand, await step.recover(stand.given, failure));
  const until = stand.head.at + retry.delayMs;
  return { type: 'backed-off', ...stand.head, retrier: retry.retrier, until };
}

/** The next record. It changes nothing, so it may be computed again after a crash. */
export async function nextRecord(
  { steps }: Definition,
  { execution, phase }: { execution: Execution; phase: Moving },
  { ids, at }: { ids: Ids; at: number },
): Promise<JournalRecord> {
  const { name, state, token } = execution;
  const stand = { execution, head: { name, at }, given: givenOf(execution, token), ids };
  const step = steps.get(state);
  if (step === undefined) {
    // The definition changed while the execution ran. AWS keeps the old one for it.
    const cause = `the state ${state} is not in this definition`;
    return leave(stand, { kind: 'failed', error: RUNTIME, cause });
  }
  switch (phase.kind) {
    case 'entered':
      return begin(stand, step);
    case 'answered':
      return finish(stand, step, phase.output);
    case 'failed': {
      const { error, cause } = phase;
      return recover(stand, step, { error, cause });
    }
  }
}
