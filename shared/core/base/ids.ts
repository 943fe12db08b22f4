// One brand per kind of id, with its allowed characters.

import * as z from 'zod/mini';
import type { Brand } from './brand.ts';
import { invariant } from './invariant.ts';
import { ProviderName } from './providers.ts';

/** 20 letters or digits, derived from the consumer and its idempotency key. */
export type LeaseId = Brand<string, 'LeaseId'>;
/** A provider's id of an instance. */
export type InstanceId = Brand<string, 'InstanceId'>;
/** `<provider>_<the provider's own id>`: only letters, digits, `_` and `-`, safe in any URL. */
export type OfferId = Brand<string, 'OfferId'>;
/** The paying caller: account and role, never a session name. */
export type ConsumerId = Brand<string, 'ConsumerId'>;
/** Which deployment of this product an instance belongs to. */
export type DeploymentId = Brand<string, 'DeploymentId'>;

/** `<kind>-<20 characters>`, derived from the operator and its idempotency key. */
export type RunId = Brand<string, 'RunId'>;

/** The metadata is for JSON Schema, which cannot derive it from a custom type. */
const text = <Id extends string>(pattern: RegExp, rule: string) =>
  z
    .custom<Id>((value) => typeof value === 'string' && pattern.test(value), rule)
    .register(z.globalRegistry, { type: 'string', pattern: pattern.source });

export const LeaseId = text<LeaseId>(/^[a-z0-9]{20}$/, 'must be 20 characters of a-z and 0-9');
export const InstanceId = text<InstanceId>(/^[A-Za-z0-9._-]{1,80}$/, 'must be an instance id');
export const OfferId = text<OfferId>(
  /^[a-z]{2,20}_[A-Za-z0-9_-]{1,60}$/,
  `must be an offer id such as ${ProviderName.options[0]}_123`,
);
export const ConsumerId = text<ConsumerId>(
  /^[A-Za-z0-9+=,.@_/:-]{1,128}$/,
  'must be a consumer such as 123456789012/role-name',
);
export const RunId = text<RunId>(
  /^(?:sweep|reconcile|verify)-[a-z0-9]{20}$/,
  'must be a run id such as sweep-0123456789abcdefghij',
);
export const DeploymentId = text<DeploymentId>(
  /^[a-z0-9]{2,12}$/,
  'must be 2 to 12 characters of a-z and 0-9',
);

/** Brands an id; throws InvariantBroken when it has characters that are not allowed. */
export function brandId<Id extends string>(schema: z.ZodMiniType<Id>, value: string): Id {
  const parsed = schema.safeParse(value);
  invariant(parsed.success, `not an id: ${value}`);
  return parsed.data;
}
