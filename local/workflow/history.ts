// The limit of an execution's event history on AWS: an execution that would exceed it fails.

import type { Execution } from './execution.ts';
import { closedRecord, eventsOf } from './execution.ts';
import type { JournalRecord } from './journal.ts';
import { RUNTIME } from './retry.ts';

/** A hard quota (Step Functions, November 2026). */
export const MAX_EVENTS = 25_000;

const FULL = {
  status: 'FAILED',
  error: RUNTIME,
  cause: `The execution reached the maximum number of history events (${MAX_EVENTS}).`,
} as const;

/**
 * The record to commit in place of `record`: the same, or the failure of an execution whose history
 * is full. Event 25,000 is always the execution's last, whether it succeeded or failed.
 */
export function withinHistory(
  execution: Execution | undefined,
  record: JournalRecord,
): JournalRecord {
  if (execution === undefined || record.type === 'started') return record;
  const added = eventsOf(record, execution.phase);
  const last = record.type === 'closed' ? MAX_EVENTS : MAX_EVENTS - 1;
  if (added === 0 || execution.events + added <= last) return record;
  return closedRecord(execution, record.at, FULL);
}
