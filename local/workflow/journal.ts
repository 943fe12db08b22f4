// What the engine must not forget, as records in the order in which they happened. A record is
// written before anything follows from it; none is ever changed. The file outlives the process,
// SIGKILL included, but not a power cut: leases have other nets for that.

import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import * as z from 'zod/mini';
import { Failure } from '../../shared/core/failure.ts';

const common = { name: z.string(), at: z.number() };
const Call = z.object({ functionName: z.string(), payload: z.json() });
const Outcome = z.discriminatedUnion('status', [
  z.object({ status: z.literal('SUCCEEDED'), output: z.json() }),
  z.object({ status: z.literal('FAILED'), error: z.string(), cause: z.string() }),
]);
export type Outcome = z.infer<typeof Outcome>;

/** `name` is the execution's, `at` the engine's clock in milliseconds. */
const JournalRecord = z.discriminatedUnion('type', [
  /** An execution took its name and entered its first state. */
  z.object({ type: z.literal('started'), ...common, state: z.string(), input: z.json() }),
  z.object({ type: z.literal('entered'), ...common, state: z.string(), input: z.json() }),
  /** An attempt at a task began, under this token and with these limits. */
  z.object({
    type: z.literal('began'),
    ...common,
    token: z.string(),
    call: Call,
    timeoutAt: z.number(),
    heartbeatMs: z.nullable(z.number()),
  }),
  /** The function that was given the token has returned; only the token ends this attempt now. */
  z.object({ type: z.literal('parked'), ...common }),
  z.object({ type: z.literal('beat'), ...common }),
  z.object({ type: z.literal('waited'), ...common, until: z.number() }),
  /** A task got its result, or a wait is over. */
  z.object({ type: z.literal('answered'), ...common, output: z.json() }),
  z.object({ type: z.literal('failed'), ...common, error: z.string(), cause: z.string() }),
  /** A failed attempt will be retried, on the account of one retrier. */
  z.object({
    type: z.literal('backed-off'),
    ...common,
    retrier: z.number(),
    until: z.number(),
  }),
  z.object({ type: z.literal('retried'), ...common }),
  /** All that stays of an execution that ended. */
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

export type Journal = {
  /** Durable when it returns. Throws StoreDown, and has then written nothing. */
  append(record: JournalRecord): void;
  /** Every record so far, oldest first. */
  read(): readonly JournalRecord[];
  close(): void;
};

/** For tests: a journal that lives as long as this process. */
export function createMemoryJournal(records: readonly JournalRecord[] = []): Journal {
  const kept = structuredClone([...records]);
  return {
    append: (record) => void kept.push(structuredClone(record)),
    read: () => structuredClone(kept),
    close: () => undefined,
  };
}

/** Drops what nothing follows from any more: ended executions' histories and older beats. */
export function compact(records: readonly JournalRecord[]): JournalRecord[] {
  const last = new Map(records.map((record) => [record.name, record]));
  const beats = records.filter(({ type }) => type === 'beat');
  const lastBeat = new Map(beats.map((beat) => [beat.name, beat]));
  return records.filter((record) => {
    const latest = last.get(record.name);
    if (latest?.type === 'closed') return record === latest;
    return record.type !== 'beat' || record === lastBeat.get(record.name);
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw new Failure('StoreDown', `the workflow journal ${path} can't be read`, { cause });
  }
}

function parseLine(line: string, where: string): JournalRecord {
  try {
    return JournalRecord.parse(JSON.parse(line));
  } catch (cause) {
    // Guessing on could forget an instance: a person has to look.
    throw new Failure('StoreDown', `the workflow journal is damaged at ${where}`, { cause });
  }
}

const lineOf = (record: JournalRecord): string => `${JSON.stringify(record)}\n`;

/** A last line without its end was never acknowledged: it is dropped. */
function readRecords(path: string): JournalRecord[] {
  const lines = readText(path).split('\n').slice(0, -1);
  return compact(lines.map((line, index) => parseLine(line, `${path}:${index + 1}`)));
}

/** Replaces the file by these records: wholly, or not at all. */
function rewrite(path: string, records: readonly JournalRecord[]): number {
  const bytes = Buffer.from(records.map(lineOf).join(''));
  try {
    writeFileSync(`${path}.new`, bytes, { flush: true });
    renameSync(`${path}.new`, path);
  } catch (cause) {
    throw new Failure('StoreDown', `the workflow journal ${path} can't be rewritten`, { cause });
  }
  return bytes.length;
}

/**
 * Opens a journal of JSON lines and compacts it. One process at a time may hold it open. Throws
 * StoreDown, naming file and line, when a line in it can't be understood.
 */
export function openFileJournal(path: string): Journal {
  const found = readRecords(path);
  let size = rewrite(path, found);
  const file = openSync(path, 'a');
  return {
    append(record) {
      const line = Buffer.from(lineOf(record));
      try {
        writeFileSync(file, line);
      } catch (cause) {
        // Half a line, as a full disk leaves it, would spoil the next one.
        ftruncateSync(file, size);
        throw new Failure('StoreDown', `the workflow journal ${path} can't be written`, { cause });
      }
      size += line.length;
    },
    read: () => readRecords(path),
    close: () => closeSync(file),
  };
}
