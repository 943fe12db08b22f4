// Routes of accounts and of the ledger's entries.

import * as z from 'zod/mini';
import { ConsumerId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { AccountLimits } from '../../core/ledger/account.ts';
import { Cursor, limit, NoBody, Nothing, spanFields, Why } from './fields.ts';

/** A path has `~` in place of `/` in a consumer, so that no proxy reads it as two segments. */
export const consumerInPath = (consumer: string): string => consumer.replaceAll('/', '~');

/** Decodes a consumer in a path. A consumer is ASCII, so each escape is one character. */
const decodeConsumer = (text: string): string =>
  text
    .replace(/%([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll('~', '/');

/**
 * The owner of the account: a consumer such as `123456789012~trainer`, or `self` for the caller.
 */
const AccountPath = z.strictObject({
  consumer: z.pipe(z.string(), z.pipe(z.transform(decodeConsumer), ConsumerId)),
});
/** The caller's own account, after `AccountPath` is parsed. */
export const SELF = 'self';

/** All limits, and the version they replace; version 0 opens the account. */
const ChangeRequest = z.strictObject({
  ...AccountLimits.shape,
  thresholds: z.pipe(
    z.array(z.strictObject({ percent: z.int(), action: z.enum(['notify', 'freeze', 'end']) })),
    AccountLimits.shape.thresholds,
  ),
  version: z.int().check(z.gte(0, 'must be 0 or more')),
  why: Why,
});
export type ChangeRequest = z.infer<typeof ChangeRequest>;

export const ledgerRoutes = {
  readAccount: {
    method: 'GET',
    path: '/v1/accounts/{consumer}',
    handledBy: 'api-billing',
    access: 'consumer',
    status: 200,
    params: AccountPath,
    query: Nothing,
    body: NoBody,
  },
  changeAccount: {
    method: 'PUT',
    path: '/v1/accounts/{consumer}',
    handledBy: 'api-billing',
    access: 'operator',
    status: 200,
    params: AccountPath,
    query: Nothing,
    body: ChangeRequest,
  },
  readAccountEvents: {
    method: 'GET',
    path: '/v1/accounts/{consumer}/events',
    handledBy: 'api-billing',
    access: 'consumer',
    status: 200,
    params: AccountPath,
    query: z.strictObject({ cursor: Cursor }),
    body: NoBody,
  },
  readLedger: {
    method: 'GET',
    path: '/v1/ledger',
    handledBy: 'api-billing',
    access: 'consumer',
    status: 200,
    params: Nothing,
    query: z.strictObject({
      ...spanFields,
      consumer: z.optional(ConsumerId),
      limit: limit(policy.ledger.pageSize, 100),
      cursor: Cursor,
    }),
    body: NoBody,
  },
} as const;
