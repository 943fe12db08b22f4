// Keeps the state in a file, so that a killed simulator resumes with it. The file is always
// complete: a temporary file is written and renamed.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type * as z from 'zod/mini';

/** The file holds secrets of instances: only its owner can read it. */
const mode = 0o600;

export type Store<Kept> = {
  /** The stored state; null when the file does not exist. Throws when the file is invalid. */
  readonly read: () => Kept | null;
  /** Writes the state if it changed. The state is durable when this returns. */
  readonly save: (kept: Kept) => void;
};

/** A store for states of `schema` in the file `path`; without a path nothing is stored. */
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
      throw new Error(`${path} is not a state file of this simulator`, { cause });
    }
  }

  return { read, save };
}
