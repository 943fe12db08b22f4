// The journal of the engine: records in the order in which they happened. A record is written
// before it has any effect, and never changed. The file survives a SIGKILL of the process, but
// perhaps not a power failure: leases have other nets for that.

import * as z from 'zod/mini';
import { type Journal as JournalOf, memoryJournal, openJournal } from '../files/journal.ts';

const common = { name: z.string(), at: z.number() };
const Call = z.object({ functionName: z.string(), payload: z.json() });
const Outcome = z.discriminatedUnion('status', [
  z.object({ status: z.literal('SUCCEEDED'), output: z.json() }),
  z.object({ status: z.literal('FAILED'), error: z.string(), cause: z.string() }),
]);
export type Outcome = z.infer<typeof Outcome>;

/** `name` is the execution's name, `at` the engine's clock in milliseconds. */
const JournalRecord = z.discriminatedUnion('type', [
  /** An execution started and entered its first state. */
  z.object({ type: z.literal('started'), ...common, state: z.string(), input: z.json() }),
  z.object({ type: z.literal('entered'), ...common, state: z.string(), input: z.json() }),
  /** An attempt of a task started, with this token and these limits. */
  z.object({
    type: z.literal('task-started'),
    ...common,
    token: z.string(),
    call: Call,
    timeoutAt: z.number(),
    heartbeatMs: z.nullable(z.number()),
  }),
  /** The function that was given the token has returned; an answer to it ends the attempt. */
  z.object({ type: z.literal('parked'), ...common }),
  z.object({ type: z.literal('heartbeat'), ...common }),
  z.object({ type: z.literal('waited'), ...common, until: z.number() }),
  /** A task has its result, or a wait has ended. */
  z.object({ type: z.literal('answered'), ...common, output: z.json() }),
  z.object({ type: z.literal('failed'), ...common, error: z.string(), cause: z.string() }),
  /** A failed attempt will be retried by one of the retriers. */
  z.object({
    type: z.literal('backed-off'),
    ...common,
    retrier: z.number(),
    until: z.number(),
  }),
  z.object({ type: z.literal('retried'), ...common }),
  /** An execution ended; its earlier records are no longer needed. */
  z.object({
    type: z.literal('closed'),
    ...common,
    startedAt: z.number(),
    input: z.json(),
    states: z.array(z.string()),
    outcome: Outcome,
  }),
]);
export type JournalRecord = z.infer<typeof JournalRecord>;

export type Journal = JournalOf<JournalRecord>;

/** A journal in memory, for tests. */
export const createMemoryJournal = (records: readonly JournalRecord[] = []): Journal =>
  memoryJournal(records);

/** Drops records without effect: those of ended executions but the last, and older heartbeats. */
export function compact(records: readonly JournalRecord[]): JournalRecord[] {
  const last = new Map(records.map((record) => [record.name, record]));
  const heartbeats = records.filter(({ type }) => type === 'heartbeat');
  const lastHeartbeat = new Map(heartbeats.map((heartbeat) => [heartbeat.name, heartbeat]));
  return records.filter((record) => {
    const latest = last.get(record.name);
    if (latest?.type === 'closed') return record === latest;
    return record.type !== 'heartbeat' || record === lastHeartbeat.get(record.name);
  });
}

/** Opens a journal file. Throws StoreDown, as `openJournal` does. */
export const openFileJournal = (path: string): Journal =>
  openJournal({ path, name: 'workflow', schema: JournalRecord, compact, synced: false });
