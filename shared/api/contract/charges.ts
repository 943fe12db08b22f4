// Routes about charges for operators: what a lease was charged is put right, and compared with what
// the provider charged. A part of the contract, kept apart for its size.

import * as z from 'zod/mini';
import { LeaseId } from '../../core/base/ids.ts';
import { SignedMicroUsd } from '../../core/base/money.ts';
import { ProviderName } from '../../core/base/providers.ts';

const Nothing = z.strictObject({});

export const chargeRoutes = {
  correctCharge: {
    method: 'POST',
    path: '/v1/leases/{id}/correct',
    caller: 'consumer',
    status: 200,
    params: z.strictObject({ id: LeaseId }),
    query: Nothing,
    /** Below zero to give back. */
    body: z.strictObject({
      amountMicroUsd: SignedMicroUsd,
      why: z.string().check(z.minLength(3), z.maxLength(300)),
    }),
  },
  reconcileCharges: {
    method: 'POST',
    path: '/v1/reconciliations',
    caller: 'consumer',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: z.strictObject({ provider: z.optional(ProviderName) }),
  },
  readReconciliations: {
    method: 'GET',
    path: '/v1/reconciliations',
    caller: 'consumer',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: z.nullable(Nothing),
  },
} as const;
