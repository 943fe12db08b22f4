// GET /v1/leases: the caller's own, newest first; operators may ask for anybody's.

import { LeasePlace } from '../../shared/api/requests/lease.ts';
import { leasesView } from '../../shared/api/views/lease.ts';
import { listLeases } from '../../shared/app/lease.ts';
import { list } from '../wrap/wrap.ts';

export const handler = list('listLeases', listLeases, async (run, { caller, query, cursors }) => {
  const { consumer = caller.consumer, limit, cursor } = query;
  const after = cursors.read(LeasePlace, cursor);
  return leasesView(await run({ caller, consumer, after, limit }), cursors);
});
