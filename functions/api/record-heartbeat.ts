// POST /v1/leases/{id}/heartbeats: the application is alive.

import { heartbeatView } from '../../shared/api/views/lease.ts';
import { recordAppHeartbeat } from '../../shared/app/lease.ts';
import { api } from '../wrap/wrap.ts';

export const handler = api(
  'recordHeartbeat',
  recordAppHeartbeat,
  async (run, { caller, params, body }) =>
    heartbeatView(
      await run({ leaseId: params.id, consumer: caller.consumer, busy: body?.busy ?? true }),
    ),
);
