// Routes of billing: costs, ledger verification, corrections and reconciliations.

import * as z from 'zod/mini';
import { ConsumerId } from '../../core/base/ids.ts';
import { SignedMicroUsd } from '../../core/base/money.ts';
import { GroupBy } from '../../core/billing/costs.ts';
import { Cursor, LeasePath, NoBody, Nothing, spanFields, Why } from './fields.ts';

/** The groupings of a cost report. */
export const GROUPINGS = GroupBy.options;

export const billingRoutes = {
  readCosts: {
    method: 'GET',
    path: '/v1/costs',
    handledBy: 'api-billing',
    access: 'consumer',
    status: 200,
    params: Nothing,
    query: z.strictObject({
      groupBy: z._default(GroupBy, 'day'),
      ...spanFields,
      consumer: z.optional(ConsumerId),
      cursor: Cursor,
    }),
    body: NoBody,
  },
  readLeaseCost: {
    method: 'GET',
    path: '/v1/leases/{id}/cost',
    handledBy: 'api-billing',
    access: 'consumer',
    status: 200,
    params: LeasePath,
    query: Nothing,
    body: NoBody,
  },
  correctCharge: {
    method: 'POST',
    path: '/v1/leases/{id}/correct',
    handledBy: 'api-billing',
    access: 'operator',
    status: 200,
    params: LeasePath,
    query: Nothing,
    /** An amount below zero is a refund. */
    body: z.strictObject({ amountMicroUsd: SignedMicroUsd, why: Why }),
  },
  readReconciliations: {
    method: 'GET',
    path: '/v1/reconciliations',
    handledBy: 'api-billing',
    access: 'operator',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: NoBody,
  },
} as const;
