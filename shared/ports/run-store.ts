// The store of runs. Each write is one item with one condition. All methods can throw StoreDown and
// are safe to repeat.

import type { RunKind } from '../core/base/functions.ts';
import type { RunId } from '../core/base/ids.ts';
import type { OpenRun, Run } from '../core/operations/run.ts';

export type RunStore = {
  /** Writes a new run, unless a run with its id exists. Returns the stored run. */
  create(run: Run): Promise<Run>;
  get(id: RunId): Promise<Run | null>;
  /** The open runs of a kind, in the order of their ids. Unreadable runs are left out. */
  open(kind: RunKind): Promise<readonly OpenRun[]>;
  /** Replaces `before`; `changed` when the stored run has another state or more tries. */
  replace(before: OpenRun, after: Run): Promise<'replaced' | 'changed'>;
};
