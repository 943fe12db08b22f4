// The last sweep of each provider, and counters of silent leases: one small item for each minute in
// which leases became silent.

import * as z from 'zod/mini';
import type { EpochMs } from '../../../core/base/time.ts';
import { SweepRecord } from '../../../core/sweep/record.ts';
import type { SweepStore } from '../../../ports/sweep-store.ts';
import { silenceKey, sweepKey } from '../schema.ts';
import { readableItem, readableOf, type Table } from '../table.ts';
import { startedLater } from '../versions.ts';

const Silences = z.object({ count: z.int() });

const minuteOf = (instant: EpochMs): number => Math.floor(instant / 60_000);

/** Records and counters in the table `inventory`. */
export function createSweepStore(table: Table): SweepStore {
  return {
    last: (provider, report) =>
      readableItem(table, { schema: SweepRecord, key: sweepKey(provider) }, report),
    record: async (record) => {
      await table.put(sweepKey(record.provider), record, startedLater(record));
    },
    countSilence: async (at) => {
      await table.update(silenceKey(minuteOf(at)), {
        update: 'SET #count = if_not_exists(#count, :none) + :one',
        condition: 'attribute_not_exists(#pk) OR #count >= :none',
        values: { ':none': 0, ':one': 1 },
      });
    },
    silences: async (from, until, report) => {
      const { pk, sk: first } = silenceKey(minuteOf(from));
      const items = await table.query({ pk, first, last: silenceKey(minuteOf(until)).sk });
      const counters = readableOf(table, { schema: Silences, items }, report);
      return counters.reduce((all, { count }) => all + count, 0);
    },
  };
}
