// GET /v1/leases/{id}/events

import { EventPlace } from '../../shared/api/requests/lease.ts';
import { eventsView } from '../../shared/api/views/lease.ts';
import { readEvents } from '../../shared/app/lease.ts';
import { list } from '../wrap/wrap.ts';

export const handler = list('readEvents', readEvents, async (run, request) => {
  const { caller, params, query, cursors } = request;
  const afterSeq = cursors.read(EventPlace, query.cursor)?.seq ?? 0;
  return eventsView(await run({ leaseId: params.id, caller, afterSeq }), afterSeq, cursors);
});
