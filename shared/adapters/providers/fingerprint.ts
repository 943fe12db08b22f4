// The fingerprint of a provider's key: it tells two keys apart, in records and in pages, and shows
// nothing of them.

import { createHash } from 'node:crypto';

/** 64 bits: enough to tell the keys of one deployment apart. */
const DIGITS = 16;

/** `key-` and 16 hex digits of SHA-256. The same fields always give the same fingerprint. */
export function fingerprintOf(keys: Readonly<Record<string, string>>): string {
  const fields = Object.entries(keys).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify(fields)).digest('hex');
  return `key-${hash.slice(0, DIGITS)}`;
}
