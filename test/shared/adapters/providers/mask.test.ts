// The mask of a provider's key: whatever form a reply quotes it in, no part of 8 characters is
// left.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMask } from '../../../../shared/adapters/providers/mask.ts';

const KEY = 'f00dc0de+5a/b7c9d1e3';

describe('a masked text', () => {
  it.each([
    ['as it is', KEY],
    ['URL-encoded', encodeURIComponent(KEY)],
    ['URL-encoded in lower case', 'f00dc0de%2b5a%2fb7c9d1e3'],
    ['in hex', Buffer.from(KEY).toString('hex')],
    ['in base64', Buffer.from(KEY).toString('base64')],
    ['in base64 for URLs', Buffer.from(KEY).toString('base64url')],
    ['without its end', KEY.slice(0, 9)],
    ['without its start', KEY.slice(-9)],
  ])('hides the key %s', (_name, form) => {
    expect(createMask(KEY)(`bad key ${form}, sorry`)).toMatch(/^bad key \*\*\*M?=*, sorry$/);
  });

  it.each(['u:', 'us:', 'use:', 'user:'])('hides the key in base64 after %s', (user) => {
    for (const after of ['', '!', '!!']) {
      const form = Buffer.from(`${user}${KEY}${after}`).toString('base64');
      const masked = createMask(KEY)(form);
      expect(masked).toContain('***');
      expect(masked.length).toBeLessThan(16);
    }
  });

  it('keeps every other text', () => {
    const text = '{"id":31988001,"label":"gs-demo-f00dc0d-b7c9d1e","msg":"no such key"}';
    expect(createMask(KEY)(text)).toBe(text);
  });

  it('has no start or end of the key, for any key and any text around it', () => {
    const around = fc.tuple(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }));
    const quoted = fc
      .stringMatching(/^[!-~]{12,64}$/)
      .chain((key) =>
        fc.tuple(fc.constant(key), fc.integer({ min: 8, max: key.length }), fc.boolean()),
      );
    fc.assert(
      fc.property(quoted, around, ([key, length, isStart], [before, after]) => {
        const part = isStart ? key.slice(0, length) : key.slice(-length);
        const masked = createMask(key)(`${before}${part}${after}`);
        expect(masked.length).toBeLessThanOrEqual(before.length + 3 + after.length);
        for (const text of [key.slice(0, 8), key.slice(-8)]) expect(masked).not.toContain(text);
      }),
    );
  });

  it('hides short keys as a whole', () => {
    expect(createMask('abc')('the key abc')).toBe('the key ***');
  });
});
