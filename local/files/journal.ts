// A journal: records as JSON lines, in the order in which they happened. What was appended outlives
// the process, SIGKILL included. A last line without its end was never acknowledged and is dropped;
// any other line that can't be understood stops the start, for guessing on would forget something.

import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import type * as z from 'zod/mini';
import { Failure } from '../../shared/core/base/failure.ts';

export type Journal<Entry> = {
  /** Durable when it returns. Throws StoreDown, and has then written nothing. */
  append(entry: Entry): void;
  /** Every record so far that still counts, oldest first. */
  read(): readonly Entry[];
  close(): void;
};

export type JournalOptions<Entry> = {
  readonly path: string;
  /** What a person calls it. */
  readonly name: string;
  readonly schema: z.ZodMiniType<Entry>;
  /** Drops what nothing follows from any more. */
  readonly compact: (entries: readonly Entry[]) => readonly Entry[];
  /** Whether what was appended also outlives a power cut, at the price of a sync for each. */
  readonly synced: boolean;
};

type Named = Pick<JournalOptions<never>, 'path' | 'name'>;

function failed({ name, path }: Named, trouble: string, cause: unknown): Failure {
  return new Failure('StoreDown', `the ${name} journal ${path} ${trouble}`, { cause });
}

function readText(named: Named): string {
  try {
    return readFileSync(named.path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw failed(named, "can't be read", cause);
  }
}

const lineOf = (entry: unknown): string => `${JSON.stringify(entry)}\n`;

function readEntries<Entry>(options: JournalOptions<Entry>): readonly Entry[] {
  const { path, name, schema, compact } = options;
  const lines = readText(options).split('\n').slice(0, -1);
  const entries = lines.map((line, index) => {
    try {
      return schema.parse(JSON.parse(line));
    } catch (cause) {
      const where = `${path}:${index + 1}`;
      throw new Failure('StoreDown', `the ${name} journal is damaged at ${where}`, { cause });
    }
  });
  return compact(entries);
}

/** Replaces the file by these records, wholly or not at all; returns its size. */
function rewrite(named: Named, entries: readonly unknown[]): number {
  const bytes = Buffer.from(entries.map(lineOf).join(''));
  try {
    writeFileSync(`${named.path}.new`, bytes, { flush: true });
    renameSync(`${named.path}.new`, named.path);
  } catch (cause) {
    throw failed(named, "can't be rewritten", cause);
  }
  return bytes.length;
}

/**
 * Opens a journal and compacts it. One process at a time may hold it open. Throws StoreDown, naming
 * file and line, when a line in it can't be understood.
 */
export function openJournal<Entry>(options: JournalOptions<Entry>): Journal<Entry> {
  let size = rewrite(options, readEntries(options));
  const file = openSync(options.path, 'a');
  return {
    append(entry) {
      const line = Buffer.from(lineOf(entry));
      try {
        writeFileSync(file, line);
        if (options.synced) fdatasyncSync(file);
      } catch (cause) {
        // Half a line, as a full disk leaves it, would spoil the next one.
        ftruncateSync(file, size);
        throw failed(options, "can't be written", cause);
      }
      size += line.length;
    },
    read: () => readEntries(options),
    close: () => closeSync(file),
  };
}

/** A journal that lives as long as this process. */
export function memoryJournal<Entry>(entries: readonly Entry[] = []): Journal<Entry> {
  const kept = structuredClone([...entries]);
  return {
    append: (entry) => void kept.push(structuredClone(entry)),
    read: () => structuredClone(kept),
    close: () => undefined,
  };
}
