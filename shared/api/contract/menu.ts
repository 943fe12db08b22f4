// Routes of the menu: the offers that can be leased now, and how fresh they are.

import * as z from 'zod/mini';
import { OfferId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { Cursor, count, limit, NoBody, Nothing, textOf } from './fields.ts';

const DiskGb = count(8, policy.lease.maxDiskGb, policy.lease.defaultDiskGb);

export const menuRoutes = {
  listOffers: {
    method: 'GET',
    path: '/v1/offers',
    handledBy: 'api-menu',
    access: 'consumer',
    status: 200,
    params: Nothing,
    query: z.strictObject({
      gpuName: z.optional(textOf(0, 60)),
      gpuCount: count(1, 16, 1),
      minVramGb: count(0, 2_000, 0),
      diskGb: DiskGb,
      limit: limit(300, 20),
      cursor: Cursor,
    }),
    body: NoBody,
  },
  readOffer: {
    method: 'GET',
    path: '/v1/offers/{id}',
    handledBy: 'api-menu',
    access: 'consumer',
    status: 200,
    params: z.strictObject({ id: OfferId }),
    query: z.strictObject({ diskGb: DiskGb }),
    body: NoBody,
  },
  readHealth: {
    method: 'GET',
    path: '/v1/health',
    handledBy: 'api-menu',
    access: 'consumer',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: NoBody,
  },
} as const;
