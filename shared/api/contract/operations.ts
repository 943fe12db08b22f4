// Routes of operations: freezes, sweeps, the diagnosis and the health of the service.

import * as z from 'zod/mini';
import { ConsumerId } from '../../core/base/ids.ts';
import { ProviderName } from '../../core/base/providers.ts';
import { NoBody, Nothing, Why } from './fields.ts';

const AccountName = z.string().check(z.regex(/^[\w.@-]{1,100}$/, 'must be an account id'));

/** The scope of a freeze, and the reason. */
const FreezeRequest = z.discriminatedUnion(
  'scope',
  [
    z.strictObject({ scope: z.literal('all'), why: Why }),
    z.strictObject({ scope: z.literal('consumer'), consumer: ConsumerId, why: Why }),
    z.strictObject({ scope: z.literal('provider'), provider: ProviderName, why: Why }),
  ],
  {
    error: ({ code }) =>
      code === 'invalid_union' ? 'must be all, consumer or provider' : undefined,
  },
);
export type FreezeRequest = z.infer<typeof FreezeRequest>;

export const operationsRoutes = {
  placeFreeze: {
    method: 'POST',
    path: '/v1/freeze',
    handledBy: 'api-operations',
    access: 'operator',
    status: 202,
    params: Nothing,
    query: Nothing,
    body: FreezeRequest,
  },
  readFreezes: {
    method: 'GET',
    path: '/v1/freeze',
    handledBy: 'api-operations',
    access: 'operator',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: NoBody,
  },
  thaw: {
    method: 'POST',
    path: '/v1/thaw',
    handledBy: 'api-operations',
    access: 'operator',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: FreezeRequest,
  },
  addProviderAccount: {
    method: 'POST',
    path: '/v1/providers/{provider}/accounts',
    handledBy: 'api-operations',
    access: 'operator',
    status: 200,
    params: z.strictObject({ provider: ProviderName }),
    query: Nothing,
    /** The account's id, or the fingerprint of a key: as the page `other-account` names it. */
    body: z.strictObject({ account: AccountName, why: Why }),
  },
  readDoctor: {
    method: 'GET',
    path: '/v1/doctor',
    handledBy: 'api-operations',
    access: 'operator',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: NoBody,
  },
} as const;
