// Ids that are derived and never drawn: a repeated request finds the lease its first try made.

import { createHash } from 'node:crypto';
import { brandId, type ConsumerId, LeaseId } from '../core/base/ids.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const ID_LENGTH = 20;
/** 36^20 is about 2^103, so that the rest of a 256-bit hash is uniform to one part in 2^152. */
const ID_COUNT = 36n ** BigInt(ID_LENGTH);

/** The one lease that this consumer's key stands for: the same inputs give the same id. */
export function leaseIdFor(consumer: ConsumerId, idempotencyKey: string): LeaseId {
  const hash = sha256(JSON.stringify(['lease-id', consumer, idempotencyKey]));
  const digits = (BigInt(`0x${hash}`) % ID_COUNT).toString(36);
  return brandId(LeaseId, digits.padStart(ID_LENGTH, '0'));
}

/** Sorts the keys of every object, so that equal values are written as equal texts. */
const sortKeys = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * SHA-256, in hex, of a JSON value (never undefined). The order of an object's keys doesn't count,
 * nor do members that are undefined; the order of a list does.
 */
export function requestHash(body: unknown): string {
  return sha256(JSON.stringify(body, sortKeys));
}
