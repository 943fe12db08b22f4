// GET /v1/leases: the caller's own, newest first; operators may ask for anybody's.

import { LeaseCursor, readCursor } from '../../shared/api/cursor.ts';
import { leasesView } from '../../shared/api/views/lease.ts';
import { listLeases } from '../../shared/app/lease.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('listLeases', listLeases, async (run, { caller, query }) => {
  const { consumer = caller.consumer, limit, cursor } = query;
  const after = readCursor(LeaseCursor, cursor);
  return leasesView(await run({ caller, consumer, after, limit }));
});
