// POST /node/v1/heartbeats: the machine is ready, and alive. Its token says which lease it serves.

import { heartbeatView } from '../../shared/api/views.ts';
import { recordNodeHeartbeat } from '../../shared/app.ts';
import { node } from '../wrap.ts';

export const handler = node(
  'recordNodeHeartbeat',
  recordNodeHeartbeat,
  async (run, { leaseId, attempt, body }) =>
    heartbeatView(await run({ leaseId, attempt, ...body })),
);
