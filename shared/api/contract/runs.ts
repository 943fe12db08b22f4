// Routes of runs: work that takes longer than an HTTP API waits. A request is answered at once with
// the run, which can be read until it is ended.

import * as z from 'zod/mini';
import { ConsumerId, RunId } from '../../core/base/ids.ts';
import { ProviderName } from '../../core/base/providers.ts';
import { NoBody, Nothing } from './fields.ts';

export const runRoutes = {
  sweepProvider: {
    method: 'POST',
    path: '/v1/sweeps',
    handledBy: 'api-operations',
    access: 'operator',
    status: 202,
    params: Nothing,
    query: Nothing,
    body: z.strictObject({ provider: z.optional(ProviderName) }),
  },
  reconcileCharges: {
    method: 'POST',
    path: '/v1/reconciliations',
    handledBy: 'api-operations',
    access: 'operator',
    status: 202,
    params: Nothing,
    query: Nothing,
    body: z.strictObject({ provider: z.optional(ProviderName) }),
  },
  verifyLedger: {
    method: 'POST',
    path: '/v1/ledger/verify',
    handledBy: 'api-operations',
    access: 'operator',
    status: 202,
    params: Nothing,
    query: Nothing,
    body: z.nullable(z.strictObject({ consumer: z.optional(ConsumerId) })),
  },
  readRun: {
    method: 'GET',
    path: '/v1/runs/{id}',
    handledBy: 'api-operations',
    access: 'operator',
    status: 200,
    params: z.strictObject({ id: RunId }),
    query: Nothing,
    body: NoBody,
  },
} as const;
