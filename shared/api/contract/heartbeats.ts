// Routes of heartbeats: those of the application and those of the rented instance.

import * as z from 'zod/mini';
import { NodeFacts } from '../../core/instance/pulse.ts';
import { Telemetry } from '../../core/instance/telemetry.ts';
import { LeasePath, Nothing, whole } from './fields.ts';

export const heartbeatRoutes = {
  recordHeartbeat: {
    method: 'POST',
    path: '/v1/leases/{id}/heartbeats',
    handledBy: 'api-heartbeats',
    access: 'consumer',
    status: 200,
    params: LeasePath,
    query: Nothing,
    body: z.nullable(z.strictObject({ busy: z.optional(z.boolean()) })),
  },
  recordNodeHeartbeat: {
    method: 'POST',
    path: '/node/v1/heartbeats',
    handledBy: 'api-heartbeats',
    access: 'node',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: z.strictObject({
      number: whole(1, Number.MAX_SAFE_INTEGER),
      facts: z._default(z.nullable(NodeFacts), null),
      telemetry: z._default(z.nullable(Telemetry), null),
    }),
  },
} as const;
