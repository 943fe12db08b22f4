// A journal: a file of JSON lines, in the order of the appends. An appended record survives the
// process, also after SIGKILL. A last line without its line end was never acknowledged and is
// dropped. Any other invalid line fails the start: skipping it would lose a record.

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
  /** The entry is durable when this returns. Throws StoreDown; then nothing was written. */
  append(entry: Entry): void;
  /** The compacted records, oldest first. */
  read(): readonly Entry[];
  close(): void;
};

export type JournalOptions<Entry> = {
  readonly path: string;
  /** The journal's name in error messages. */
  readonly name: string;
  readonly schema: z.ZodMiniType<Entry>;
  /** Drops the records that no longer have an effect. */
  readonly compact: (entries: readonly Entry[]) => readonly Entry[];
  /** Whether each append is synced to disk, so that it also survives a power failure. */
  readonly synced: boolean;
};

type Named = Pick<JournalOptions<never>, 'path' | 'name'>;

function journalFailure({ name, path }: Named, problem: string, cause: unknown): Failure {
  return new Failure('StoreDown', `the ${name} journal ${path} ${problem}`, { cause });
}

function readText(named: Named): string {
  try {
    return readFileSync(named.path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw journalFailure(named, "can't be read", cause);
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

/** Replaces the file's content by these records in one step; returns its size. */
function rewrite(named: Named, entries: readonly unknown[]): number {
  const bytes = Buffer.from(entries.map(lineOf).join(''));
  try {
    writeFileSync(`${named.path}.new`, bytes, { flush: true });
    renameSync(`${named.path}.new`, named.path);
  } catch (cause) {
    throw journalFailure(named, "can't be rewritten", cause);
  }
  return bytes.length;
}

/**
 * Opens a journal and compacts it. Only one process may have it open. Throws StoreDown with file
 * and line number for an invalid line.
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
        // A full disk can leave part of a line, which would corrupt the next one.
        ftruncateSync(file, size);
        throw journalFailure(options, "can't be written", cause);
      }
      size += line.length;
    },
    read: () => readEntries(options),
    close: () => closeSync(file),
  };
}

/** A journal in memory. */
export function memoryJournal<Entry>(entries: readonly Entry[] = []): Journal<Entry> {
  const kept = structuredClone([...entries]);
  return {
    append: (entry) => void kept.push(structuredClone(entry)),
    read: () => structuredClone(kept),
    close: () => undefined,
  };
}
