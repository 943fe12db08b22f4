// Runs in the table `live`, by kind. An open run is found by its kind; DynamoDB deletes ended runs
// after some time, by their time to live.

import { policy } from '../../../core/base/policy/policy.ts';
import { isOpen, Run } from '../../../core/operations/run.ts';
import type { RunStore } from '../../../ports/run-store.ts';
import { EXPIRES_AT, RUNS, runKey } from '../schema.ts';
import { ABSENT, parseItem, type Table, tryItem } from '../table.ts';

/** DynamoDB takes the time to live in whole seconds. */
const itemOf = (run: Run) =>
  isOpen(run)
    ? run
    : { ...run, [EXPIRES_AT]: Math.ceil((run.endedAt + policy.run.keepFor) / 1_000) };

export function createRunStore(table: Table): RunStore {
  const get: RunStore['get'] = async (id) => {
    const item = await table.get(runKey(id));
    return item === null ? null : parseItem(table, Run, item);
  };
  return {
    get,
    create: async (run) => {
      const written = await table.put(runKey(run.id), itemOf(run), ABSENT);
      return written === 'written' ? run : ((await get(run.id)) ?? run);
    },
    open: async (kind) => {
      const items = await table.query({ pk: RUNS.pk(kind), first: RUNS.first, last: RUNS.last });
      const read = items.map((item) => tryItem(table, Run, item));
      return read.flatMap((run) => ('value' in run && isOpen(run.value) ? run.value : []));
    },
    replace: async (before, after) => {
      const written = await table.put(runKey(before.id), itemOf(after), {
        condition: '#state = :state AND #tries = :tries',
        values: { ':state': before.state, ':tries': before.tries },
      });
      return written === 'written' ? 'replaced' : 'changed';
    },
  };
}
