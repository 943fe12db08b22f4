// GET /v1/leases/{id}/events

import { EventCursor, readCursor } from '../../shared/api/cursor.ts';
import { eventsView } from '../../shared/api/views/lease.ts';
import { readEvents } from '../../shared/app/lease.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api('readEvents', readEvents, async (run, { caller, params, query }) => {
  const afterSeq = readCursor(EventCursor, query.cursor)?.seq ?? 0;
  return eventsView(await run({ leaseId: params.id, caller, afterSeq }), afterSeq);
});
