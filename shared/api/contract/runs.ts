// Routes of work that takes longer than an HTTP API waits: sweeps, reconciliations, verification.

import * as z from 'zod/mini';
import { ConsumerId } from '../../core/base/ids.ts';
import { ProviderName } from '../../core/base/providers.ts';
import { Cursor, Nothing } from './fields.ts';

export const runRoutes = {
  sweepProvider: {
    method: 'POST',
    path: '/v1/sweeps',
    handledBy: 'api-operations',
    access: 'operator',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: z.strictObject({ provider: z.optional(ProviderName) }),
  },
  reconcileCharges: {
    method: 'POST',
    path: '/v1/reconciliations',
    handledBy: 'api-operations',
    access: 'operator',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: z.strictObject({ provider: z.optional(ProviderName) }),
  },
  verifyLedger: {
    method: 'POST',
    path: '/v1/ledger/verify',
    handledBy: 'api-operations',
    access: 'operator',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: z.nullable(z.strictObject({ consumer: z.optional(ConsumerId), cursor: Cursor })),
  },
} as const;
