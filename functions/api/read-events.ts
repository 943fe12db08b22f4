// GET /v1/leases/{id}/events

import { eventsView } from '../../shared/api/views.ts';
import { readEvents } from '../../shared/app.ts';
import { api } from '../wrap.ts';

export const handler = api('readEvents', readEvents, async (run, { consumer, params, query }) =>
  eventsView(await run({ leaseId: params.id, consumer, afterSeq: query.after })),
);
