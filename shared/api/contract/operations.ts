// Routes for extending a lease and for operators: a part of the contract, kept apart for its size.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { ProviderName } from '../../core/base/providers.ts';
import { EpochMs, hours } from '../../core/base/time.ts';

const Nothing = z.strictObject({});
const NoBody = z.nullable(Nothing);
const LeasePath = z.strictObject({ id: LeaseId });

/** ISO 8601 with its zone, to the millisecond. */
const Instant = z.pipe(
  z.iso.datetime({ offset: true, error: 'must be an instant such as 2026-11-21T18:00:00Z' }),
  z.pipe(
    z.transform((text: string) => Date.parse(text)),
    EpochMs,
  ),
);

const HOUR_MS = 3_600_000;
const least = policy.lease.minDuration / HOUR_MS;
const most = policy.extension.maxApproved / HOUR_MS;

/** `until` can be repeated as it is; `hours` come on top and need an Idempotency-Key. */
export const ExtendRequest = z
  .strictObject({
    until: z.optional(Instant),
    hours: z.optional(z.pipe(z.number().check(z.gte(least), z.lte(most)), z.transform(hours))),
  })
  .check(
    z.refine(
      (request) => (request.until === undefined) !== (request.hours === undefined),
      'must say either until or hours',
    ),
  );
export type ExtendRequest = z.infer<typeof ExtendRequest>;

/** Why an operator does something: for those who ask later. */
const Why = z.string().check(z.minLength(3), z.maxLength(300));

/** What is frozen, and why. */
const FreezeRequest = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('all'), why: Why }),
  z.strictObject({ scope: z.literal('consumer'), consumer: ConsumerId, why: Why }),
  z.strictObject({ scope: z.literal('provider'), provider: ProviderName, why: Why }),
]);
export type FreezeRequest = z.infer<typeof FreezeRequest>;

export const operations = {
  extendLease: {
    method: 'POST',
    path: '/v1/leases/{id}/extend',
    caller: 'consumer',
    status: 200,
    params: LeasePath,
    query: Nothing,
    body: ExtendRequest,
  },
  approveExtension: {
    method: 'POST',
    path: '/v1/leases/{id}/approve-extension',
    caller: 'consumer',
    status: 200,
    params: LeasePath,
    query: Nothing,
    body: z.strictObject({ until: Instant, why: Why }),
  },
  placeFreeze: {
    method: 'POST',
    path: '/v1/freeze',
    caller: 'consumer',
    status: 202,
    params: Nothing,
    query: Nothing,
    body: FreezeRequest,
  },
  readFreezes: {
    method: 'GET',
    path: '/v1/freeze',
    caller: 'consumer',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: NoBody,
  },
  thaw: {
    method: 'POST',
    path: '/v1/thaw',
    caller: 'consumer',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: FreezeRequest,
  },
  sweepProvider: {
    method: 'POST',
    path: '/v1/sweeps',
    caller: 'consumer',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: z.strictObject({ provider: z.optional(ProviderName) }),
  },
  readDoctor: {
    method: 'GET',
    path: '/v1/doctor',
    caller: 'consumer',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: NoBody,
  },
} as const;
