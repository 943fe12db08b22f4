// POST /node/v1/heartbeats: the instance is ready, and alive. Its token says which lease it serves.

import { heartbeatView } from '../../shared/api/views/lease.ts';
import { recordNodeHeartbeat } from '../../shared/app/lease.ts';
import { node } from '../wrap/wrap.ts';

export const handler = node(
  'recordNodeHeartbeat',
  recordNodeHeartbeat,
  async (run, { leaseId, attempt, body }) =>
    heartbeatView(await run({ leaseId, attempt, ...body })),
);
