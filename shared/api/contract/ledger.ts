// Routes of accounts: a part of the contract, kept apart for its size.

import * as z from 'zod/mini';
import { ConsumerId } from '../../core/base/ids.ts';
import { AccountLimits } from '../../core/ledger/account.ts';

const Nothing = z.strictObject({});
const NoBody = z.nullable(Nothing);

/** In a path a consumer is written with `~` for `/`: no proxy on the way takes it for two parts. */
export const consumerInPath = (consumer: string): string => consumer.replaceAll('/', '~');

/** A consumer is ASCII: an escape is one letter. */
const plain = (text: string): string =>
  text
    .replace(/%([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll('~', '/');

/** Whose account: a consumer such as `123456789012~trainer`, or `self`, which is the caller's. */
const AccountPath = z.strictObject({
  consumer: z.pipe(z.string(), z.pipe(z.transform(plain), ConsumerId)),
});
/** As `AccountPath` gives it. */
export const SELF = 'self';

/** The whole of the limits, and the version they take the place of; 0 opens the account. */
const ChangeRequest = z.strictObject({
  ...AccountLimits.shape,
  thresholds: z.pipe(
    z.array(z.strictObject({ percent: z.int(), action: z.enum(['notify', 'freeze', 'end']) })),
    AccountLimits.shape.thresholds,
  ),
  version: z.int().check(z.gte(0, 'must be 0 or more')),
  /** For those who ask later. */
  why: z.string().check(z.minLength(3), z.maxLength(300)),
});
export type ChangeRequest = z.infer<typeof ChangeRequest>;

export const accountRoutes = {
  readAccount: {
    method: 'GET',
    path: '/v1/accounts/{consumer}',
    caller: 'consumer',
    status: 200,
    params: AccountPath,
    query: Nothing,
    body: NoBody,
  },
  changeAccount: {
    method: 'PUT',
    path: '/v1/accounts/{consumer}',
    caller: 'consumer',
    status: 200,
    params: AccountPath,
    query: Nothing,
    body: ChangeRequest,
  },
  readAccountEvents: {
    method: 'GET',
    path: '/v1/accounts/{consumer}/events',
    caller: 'consumer',
    status: 200,
    params: AccountPath,
    query: z.strictObject({ cursor: z.optional(z.string().check(z.maxLength(300))) }),
    body: NoBody,
  },
} as const;
