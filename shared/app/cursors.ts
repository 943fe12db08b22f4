// Factory of what signs the cursors of lists.

import { type CursorOwner, createCursors } from '../api/cursor.ts';
import { cursorSigner, withKeys } from './parts.ts';
import { once, type Runtime } from './runtime.ts';

/** Opens the cursors of one list for one caller. */
export const openCursors = (runtime: Runtime) =>
  withKeys(
    runtime,
    (keyed) => (owner: CursorOwner) => createCursors(owner, once(keyed, cursorSigner)),
  );
