// The signer of tags and tokens: macs, two keys, and errors without the key.

import { describe, expect, it } from 'vitest';
import { createHmacSigner } from '../../../shared/adapters/hmac-signer.ts';

// RFC 4231, test case 6: a key of 131 bytes 0xaa.
const RFC_KEY = 'aa'.repeat(131);
const RFC_TEXT = 'Test Using Larger Than Block-Size Key - Hash Key First';
const RFC_MAC = '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54';

const old = createHmacSigner({ current: '0b'.repeat(20) });
const signer = createHmacSigner({ current: RFC_KEY, previous: '0b'.repeat(20) });

describe('mac', () => {
  it('is HMAC-SHA256 in lower-case hex', () => {
    expect(signer.mac(RFC_TEXT)).toBe(RFC_MAC);
  });

  it('is the same for a key given as bytes and as hex of any case', () => {
    const bytes = createHmacSigner({ current: Buffer.alloc(131, 0xaa) });
    const upper = createHmacSigner({ current: RFC_KEY.toUpperCase() });
    expect([bytes.mac(RFC_TEXT), upper.mac(RFC_TEXT)]).toEqual([RFC_MAC, RFC_MAC]);
  });
});

describe('verify', () => {
  it.each([16, 17, 32, 64])('accepts the first %i digits of a mac', (length) => {
    expect(signer.verify(RFC_TEXT, RFC_MAC.slice(0, length))).toBe(true);
  });

  it('accepts a mac under the previous key', () => {
    expect(signer.verify('text', old.mac('text').slice(0, 16))).toBe(true);
  });

  it('refuses a mac under a newer key', () => {
    expect(old.verify('text', signer.mac('text'))).toBe(false);
  });

  it('refuses a mac of another text', () => {
    expect(signer.verify('text', signer.mac('text '))).toBe(false);
  });

  it.each([
    ['of 15 digits', RFC_MAC.slice(0, 15)],
    ['that is empty', ''],
    ['with digits added', `${RFC_MAC}0`],
    ['in upper case', RFC_MAC.toUpperCase()],
    ['with its last digit changed', RFC_MAC.replace(/.$/, '5')],
    ['taken from the middle', RFC_MAC.slice(1, 17)],
    ['with a line end', `${RFC_MAC.slice(0, 16)}\n`],
    ['in full-width digits', '\uff10'.repeat(16)],
    ['of a megabyte', 'a'.repeat(1_000_000)],
  ])('refuses a mac %s, without a throw', (_name, mac) => {
    expect(signer.verify(RFC_TEXT, mac)).toBe(false);
  });
});

describe('a key', () => {
  it.each(['', 'xyz', 'abc', `${'00'.repeat(16)}g0`, ' '.repeat(64)])(
    'is refused as the text %j',
    (current) => {
      expect(() => createHmacSigner({ current })).toThrow(
        expect.objectContaining({ name: 'BadConfig' }),
      );
    },
  );

  it('has at least 16 bytes, the previous one too', () => {
    const current = '00'.repeat(16);
    expect(createHmacSigner({ current }).mac('text')).toHaveLength(64);
    expect(() => createHmacSigner({ current, previous: '00'.repeat(15) })).toThrow('16 bytes');
    expect(() => createHmacSigner({ current: Buffer.alloc(15) })).toThrow('16 bytes');
  });

  it('never appears in the error that refuses it', () => {
    const failures = ['deadbeef', 'deadbeeg'].map((current) => {
      try {
        return createHmacSigner({ current });
      } catch (error) {
        return JSON.stringify(error, Object.getOwnPropertyNames(error));
      }
    });
    expect(failures.join()).toContain('signing key');
    expect(failures.join()).not.toContain('deadbee');
  });
});
