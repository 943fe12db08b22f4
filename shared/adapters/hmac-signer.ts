// Signs texts with HMAC-SHA256 under this deployment's key. The key must never be in an error, a
// log or a result.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { Failure } from '../core/base/failure.ts';
import { type Signer, TAG_MAC_LENGTH } from '../core/instance/ownership.ts';

/** A key as bytes, or as hex text. */
type HmacKey = Uint8Array | string;

export type HmacKeys = {
  /** Signs new texts. */
  readonly current: HmacKey;
  /** Still verifies, for instances that were tagged before the key was changed. */
  readonly previous?: HmacKey;
};

/** 128 bits: a shorter key would be easier to guess than its mac. */
const MIN_KEY_BYTES = 16;
const HEX = /^([0-9a-f]{2})+$/i;
/** A whole mac has 64 digits; a tag has a prefix of it. */
const MAC = /^[0-9a-f]{1,64}$/;

function bytesOf(key: HmacKey): Uint8Array {
  if (typeof key === 'string' && !HEX.test(key)) {
    throw new Failure('BadConfig', 'the signing key must be hex digits');
  }
  const bytes = typeof key === 'string' ? Buffer.from(key, 'hex') : key;
  if (bytes.length < MIN_KEY_BYTES) {
    throw new Failure('BadConfig', `the signing key must have ${MIN_KEY_BYTES} bytes or more`);
  }
  return bytes;
}

const macUnder = (key: Uint8Array, text: string): string =>
  createHmac('sha256', key).update(text).digest('hex');

/**
 * A signer over one or two keys. `verify` accepts a mac of 16 to 64 hex digits, compares in
 * constant time and never throws. Throws BadConfig for a key that is not hex or too short.
 */
export function createHmacSigner(keys: HmacKeys): Signer {
  const current = bytesOf(keys.current);
  const accepted = keys.previous === undefined ? [current] : [current, bytesOf(keys.previous)];
  return {
    mac: (text) => macUnder(current, text),
    verify(text, mac) {
      if (mac.length < TAG_MAC_LENGTH || !MAC.test(mac)) return false;
      const given = Buffer.from(mac);
      const matches = accepted.map((key) =>
        timingSafeEqual(Buffer.from(macUnder(key, text).slice(0, mac.length)), given),
      );
      return matches.includes(true);
    },
  };
}
