// Keeps the state in a file, so that a simulator that was killed goes on where it was. The file is
// always whole: it is written beside and renamed.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type * as z from 'zod/mini';

/** Secrets of instances are in it, so it is for its owner alone. */
const mode = 0o600;

export type Store<Kept> = {
  /** What was kept; null when there is no such file. Throws when it can't be understood. */
  readonly read: () => Kept | null;
  /** Writes what is to be kept if it changed; when it returns, that outlives the process. */
  readonly save: (kept: Kept) => void;
};

/** Keeps what `schema` reads at `path`; without a path, everything may be forgotten. */
export function createStore<Kept>(
  path: string | undefined,
  schema: z.ZodMiniType<Kept>,
): Store<Kept> {
  return path === undefined ? { read: () => null, save: () => {} } : fileStore(path, schema);
}

function fileStore<Kept>(path: string, schema: z.ZodMiniType<Kept>): Store<Kept> {
  let written = '';

  function save(kept: Kept): void {
    const text = JSON.stringify(kept);
    if (text === written) return;
    writeFileSync(`${path}.unfinished`, text, { mode });
    renameSync(`${path}.unfinished`, path);
    written = text;
  }

  function read(): Kept | null {
    if (!existsSync(path)) return null;
    try {
      return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch (cause) {
      throw new Error(`${path} is no state of this simulator`, { cause });
    }
  }

  return { read, save };
}
