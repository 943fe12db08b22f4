// The values of flags. Money keeps every digit.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ceilingOf, numberOf, timeoutOf } from '../../../clients/cli/options.ts';

describe('a ceiling', () => {
  it.each([
    ['0.35', 350_000],
    ['2', 2_000_000],
    ['$0.2428', 242_800],
    ['0.000001', 1],
    // As a product of floats this would be 1.1500000000000001e6.
    ['1.15', 1_150_000],
    ['0', 0],
  ])('of %s dollars is exactly %i micro-dollars', (text, expected) => {
    expect(ceilingOf(text)).toBe(expected);
  });

  it('keeps every micro-dollar', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999 }), fc.nat({ max: 999_999 }), (dollars, rest) => {
        const text = `${dollars}.${String(rest).padStart(6, '0')}`;
        expect(BigInt(ceilingOf(text) ?? -1)).toBe(BigInt(dollars) * 1_000_000n + BigInt(rest));
      }),
    );
  });

  it.each(['', 'a lot', '-1', '1e3', '0.0000001', '1,5', '1.', 'NaN'])('is not %j', (text) => {
    expect(() => ceilingOf(text)).toThrow('--ceiling must be dollars per hour');
  });

  it('is undefined without the flag', () => expect(ceilingOf(undefined)).toBe(undefined));
});

describe('numbers', () => {
  it('are parsed exactly', () => expect(numberOf('--hours', '2.5')).toBe(2.5));
  it.each(['two', '0x10', '-1', '1e9', ' 1'])('are not %j', (text) => {
    expect(() => numberOf('--hours', text)).toThrow('--hours must be a number');
  });
  it('of minutes become milliseconds', () => expect(timeoutOf('1.5')).toBe(90_000));
});
