// Routes of the books: costs, the ledger, and whether it adds up. A part of the contract, kept
// apart for its size.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { EpochMs } from '../../core/base/time.ts';
import { GroupBy } from '../../core/billing/costs.ts';
import { Day } from '../../core/billing/days.ts';

const Nothing = z.strictObject({});
const NoBody = z.nullable(Nothing);

const WHEN = 'must be a day such as 2026-11-21, or an instant such as 2026-11-21T18:00:00Z';
const instant = z.iso.datetime({ offset: true });

/** A UTC day, which stands for its first instant, or ISO 8601 with its zone. */
const When = z.pipe(
  z
    .string()
    .check(
      z.refine((text) => Day.safeParse(text).success || instant.safeParse(text).success, WHEN),
    ),
  z.pipe(
    z.transform((text: string) => Date.parse(text)),
    EpochMs,
  ),
);

/** Opaque: what `nextCursor` of the page before said. */
const Cursor = z.optional(z.string().check(z.maxLength(500)));

/** From `from` until just before `to`; both have defaults that depend on the present. */
const spanFields = { from: z.optional(When), to: z.optional(When) };

const { pageSize } = policy.ledger;
const LIMIT = `must be 1 to ${pageSize}`;
const Limit = z._default(
  z.pipe(
    z.string().check(z.regex(/^\d{1,9}$/, LIMIT)),
    z.pipe(z.transform(Number), z.int().check(z.gte(1, LIMIT), z.lte(pageSize, LIMIT))),
  ),
  100,
);

/** By what costs may be grouped. */
export const GROUPINGS = GroupBy.options;

export const costRoutes = {
  readCosts: {
    method: 'GET',
    path: '/v1/costs',
    caller: 'consumer',
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
    caller: 'consumer',
    status: 200,
    params: z.strictObject({ id: LeaseId }),
    query: Nothing,
    body: NoBody,
  },
  readLedger: {
    method: 'GET',
    path: '/v1/ledger',
    caller: 'consumer',
    status: 200,
    params: Nothing,
    query: z.strictObject({
      ...spanFields,
      consumer: z.optional(ConsumerId),
      limit: Limit,
      cursor: Cursor,
    }),
    body: NoBody,
  },
  verifyLedger: {
    method: 'POST',
    path: '/v1/ledger/verify',
    caller: 'consumer',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: z.nullable(z.strictObject({ consumer: z.optional(ConsumerId), cursor: Cursor })),
  },
} as const;
