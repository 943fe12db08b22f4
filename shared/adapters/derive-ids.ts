// Ids derived from the request: a repeated request finds the lease of the first one.

import { createHash } from 'node:crypto';
import type { RunKind } from '../core/base/functions.ts';
import { brandId, type ConsumerId, LeaseId, RunId } from '../core/base/ids.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const ID_LENGTH = 20;
/** 36^20 is about 2^103, so that the rest of a 256-bit hash is uniform to one part in 2^152. */
const ID_COUNT = 36n ** BigInt(ID_LENGTH);

const digitsOf = (hash: string): string =>
  (BigInt(`0x${hash}`) % ID_COUNT).toString(36).padStart(ID_LENGTH, '0');

/** The id of the lease of this consumer and key: the same inputs give the same id. */
export function leaseIdFor(consumer: ConsumerId, idempotencyKey: string): LeaseId {
  const hash = sha256(JSON.stringify(['lease-id', consumer, idempotencyKey]));
  return brandId(LeaseId, digitsOf(hash));
}

/** The id of the run of this operator and key: the same inputs give the same id. */
export function runIdFor(kind: RunKind, operator: ConsumerId, idempotencyKey: string): RunId {
  const hash = sha256(JSON.stringify(['run-id', kind, operator, idempotencyKey]));
  return brandId(RunId, `${kind}-${digitsOf(hash)}`);
}

/** Sorts the keys of every object, so that equal values have equal text. */
const sortKeys = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * SHA-256, in hex, of a JSON value (never undefined). It ignores the order of an object's keys and
 * undefined members; the order of a list counts.
 */
export function requestHash(body: unknown): string {
  return sha256(JSON.stringify(body, sortKeys));
}
