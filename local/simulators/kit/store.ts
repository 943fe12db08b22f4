// Keeps the state in a file, so that a simulator that was killed goes on where it was. The file is
// always whole: it is written beside and renamed. The log of requests and the waits between calls
// are not kept.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Kept, type State } from '../vastai/state.ts';

/** Secrets of instances are in it, so it is for its owner alone. */
const mode = 0o600;

export type Store = {
  /** What was kept; null when there is no such file. Throws when it can't be understood. */
  readonly read: () => Kept | null;
  /** Writes the state if it changed; when it returns, the state outlives the process. */
  readonly save: (state: State) => void;
};

export function createStore(path: string): Store {
  let written = '';

  function save({ gates: _gates, requests: _requests, ...kept }: State): void {
    const text = JSON.stringify(kept);
    if (text === written) return;
    writeFileSync(`${path}.unfinished`, text, { mode });
    renameSync(`${path}.unfinished`, path);
    written = text;
  }

  function read(): Kept | null {
    if (!existsSync(path)) return null;
    try {
      return Kept.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch (cause) {
      throw new Error(`${path} is no state of this simulator`, { cause });
    }
  }

  return { read, save };
}

/** For a simulator that may forget everything. */
export const forgetful: Store = { read: () => null, save: () => {} };
