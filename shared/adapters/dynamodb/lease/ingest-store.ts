// The record of our own heartbeats: one item in the table `inventory`. An unreadable one counts as
// missing, and the next heartbeat replaces it.

import { Ingest } from '../../../core/lease/ingest.ts';
import type { IngestStore } from '../../../ports/ingest-store.ts';
import { INGEST } from '../schema.ts';
import { readableItem, type Table } from '../table.ts';

export function createIngestStore(table: Table): IngestStore {
  return {
    get: () => readableItem(table, { schema: Ingest, key: INGEST }),
    put: async (ingest) => {
      await table.put(INGEST, ingest, {
        condition: 'attribute_not_exists(#pk) OR NOT #lastAt > :lastAt',
        values: { ':lastAt': ingest.lastAt },
      });
    },
  };
}
