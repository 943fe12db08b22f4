// Heartbeats of applications and of rented instances: the most frequent calls, so this function
// holds nothing else.

import { heartbeatRoutes } from '../shared/api/contract/heartbeats.ts';
import { heartbeatView } from '../shared/api/views/lease.ts';
import { recordAppHeartbeat, recordNodeHeartbeat } from '../shared/app/lease.ts';
import { node } from './wrap/node.ts';
import { api, routes } from './wrap/routes.ts';

export const handler = routes(heartbeatRoutes, {
  recordHeartbeat: api(recordAppHeartbeat, async (run, { caller, params, body }) => {
    const { consumer } = caller;
    return heartbeatView(await run({ leaseId: params.id, consumer, busy: body?.busy ?? true }));
  }),

  /** The token states which lease and which attempt the instance serves. */
  recordNodeHeartbeat: node(recordNodeHeartbeat, async (run, { leaseId, attempt, body }) =>
    heartbeatView(await run({ leaseId, attempt, ...body })),
  ),
});
