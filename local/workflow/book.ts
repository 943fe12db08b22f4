// All executions by name and by task token, computed from the journal. It must never hold a fact
// that isn't in the journal.

import type { Execution, Running } from './execution.ts';
import { applied } from './execution.ts';
import { withinHistory } from './history.ts';
import type { Journal, JournalRecord } from './journal.ts';

/** One execution, and how this process runs it. */
export type Run = {
  execution: Execution;
  /** Whether this process runs it. One that was read from the journal waits for `resume`. */
  driven: boolean;
  /** Cancels the timer that it waits for, if there is one. */
  cancel: () => void;
};

export type Book = {
  /**
   * Writes a record, then applies it: the failure of the execution instead where its history is
   * full. Throws StoreDown, and has then changed nothing.
   */
  commit(record: JournalRecord): Run;
  byName(name: string): Run | undefined;
  /** The run whose current attempt has this token. */
  byToken(token: string): { run: Run; attempt: Running } | undefined;
  /** The runs that haven't ended, or hadn't at an earlier instant; oldest first. */
  running(at?: number): Run[];
};

function isRunning({ startedAt, phase, enteredAt }: Execution, at: number): boolean {
  // `enteredAt` of a closed execution is the instant it closed.
  return startedAt <= at && (phase.kind !== 'closed' || at < enteredAt);
}

/** Reads a journal into a book. Throws StoreDown when it can't be read. */
export function createBook(journal: Journal): Book {
  const runs = new Map<string, Run>();
  const tokens = new Map<string, Run>();

  const apply = (record: JournalRecord): Run => {
    const known = runs.get(record.name);
    const execution = applied(known?.execution, record);
    const run = known ?? { execution, driven: false, cancel: () => undefined };
    const before = run.execution.phase;
    if (before.kind === 'running') tokens.delete(before.token);
    if (execution.phase.kind === 'running') tokens.set(execution.phase.token, run);
    run.execution = execution;
    runs.set(record.name, run);
    return run;
  };
  for (const record of journal.read()) apply(record);

  return {
    commit(record) {
      const written = withinHistory(runs.get(record.name)?.execution, record);
      journal.append(written);
      return apply(written);
    },
    byName: (name) => runs.get(name),
    byToken(token) {
      const run = tokens.get(token);
      const attempt = run?.execution.phase;
      return run !== undefined && attempt?.kind === 'running' ? { run, attempt } : undefined;
    },
    running: (at = Number.POSITIVE_INFINITY) =>
      [...runs.values()].filter(({ execution }) => isRunning(execution, at)),
  };
}
