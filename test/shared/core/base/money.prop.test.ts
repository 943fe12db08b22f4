// The laws of money: rounding never loses an amount, and float errors never become a charge.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amountOf,
  cost,
  formatUsd,
  fromUsd,
  fromUsdPerHour,
  type MicroUsd,
  microUsd,
  microUsdPerHour,
  rateOf,
  rest,
  sum,
  sumRates,
} from '../../../../shared/core/base/money.ts';
import { durationMs, hours, total } from '../../../../shared/core/base/time.ts';

const HOUR_MS = 3_600_000n;
const rates = fc.integer({ min: 0, max: 200_000_000 }).map(microUsdPerHour);
const lengths = fc.integer({ min: 0, max: 31 * 24 * 3_600_000 }).map(durationMs);
const amounts = fc.integer({ min: 0, max: 10_000_000_000 }).map(microUsd);

describe('cost', () => {
  it('of two spans is the cost of the whole span or one micro-dollar more', () => {
    fc.assert(
      fc.property(rates, lengths, lengths, (rate, a, b) => {
        const apart = sum(cost(rate, a), cost(rate, b));
        const together = cost(rate, total(a, b));
        expect([0, 1]).toContain(apart - together);
      }),
    );
  });

  it('is the exact product, or less than one micro-dollar above it', () => {
    fc.assert(
      fc.property(rates, lengths, (rate, length) => {
        const exact = BigInt(rate) * BigInt(length);
        const charged = BigInt(cost(rate, length)) * HOUR_MS;
        expect(charged >= exact).toBe(true);
        expect(charged - exact < HOUR_MS).toBe(true);
      }),
    );
  });

  it('never decreases with time', () => {
    fc.assert(
      fc.property(rates, lengths, lengths, (rate, a, b) => {
        expect(cost(rate, total(a, b))).toBeGreaterThanOrEqual(cost(rate, a));
      }),
    );
  });

  it.each([
    [400_000, 3_600_000, 400_000],
    [400_000, 1, 1],
    [400_000, 0, 0],
    [0, 3_600_000, 0],
    [200_000_000, 12 * 3_600_000, 2_400_000_000],
  ])('of %i an hour over %i ms is %i', (rate, length, amount) => {
    expect(cost(microUsdPerHour(rate), durationMs(length))).toBe(amount);
  });

  it('stays exact where a float product would not', () => {
    expect(cost(microUsdPerHour(Number.MAX_SAFE_INTEGER), hours(1))).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('fromUsd', () => {
  it('returns every whole amount up to $1,000 despite float errors', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (amount) => {
        expect(fromUsd(amount / 1_000_000)).toBe(amount);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never rounds down by more than the float error, and never up by a whole micro-dollar', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1_000, noNaN: true }), (usd) => {
        const above = fromUsd(usd) - usd * 1_000_000;
        expect(above).toBeGreaterThan(-1e-6);
        expect(above).toBeLessThan(1);
      }),
    );
  });

  it.each([
    [0.1 * 3, 300_000],
    [0.1 + 0.2, 300_000],
    [0.000_000_4, 1],
    [1.000_000_01, 1_000_001],
    [0, 0],
  ])('turns $%f into %i micro-dollars', (usd, amount) => {
    expect(fromUsd(usd)).toBe(amount);
    expect(fromUsdPerHour(usd)).toBe(amount);
  });

  it.each([-0.01, Number.NaN, Number.POSITIVE_INFINITY])('refuses %f', (usd) => {
    expect(() => fromUsd(usd)).toThrow('not whole micro-dollars');
  });
});

describe('amounts', () => {
  it('sum to the same in any order', () => {
    const shuffled = fc
      .array(amounts)
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
      );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(sum(...list)).toBe(sum(...other));
      }),
    );
  });

  it('split into a taken part and a rest', () => {
    fc.assert(
      fc.property(amounts, amounts, (amount, taken) => {
        expect(sum(rest(amount, taken), taken)).toBe(Math.max(amount, taken));
      }),
    );
  });

  it('are rounded up for units', () => {
    expect(rateOf(microUsdPerHour(3), 2.5)).toBe(8);
    expect(amountOf(microUsd(3), 2.5)).toBe(8);
  });

  it('sum for rates too', () => {
    expect(sumRates(microUsdPerHour(1), microUsdPerHour(2))).toBe(3);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('%f is no amount and no rate', (value) => {
    expect(() => microUsd(value)).toThrow('not whole micro-dollars');
    expect(() => microUsdPerHour(value)).toThrow('not whole micro-dollars');
  });
});

describe('formatUsd', () => {
  it.each([
    [1_500_000, '$1.5000'],
    [100, '$0.0001'],
    [123, '$0.000123'],
    [0, '$0.0000'],
  ])('writes %i as %s', (amount, text) => {
    expect(formatUsd(microUsd(amount))).toBe(text);
  });

  it('writes a negative amount with its sign', () => {
    const room: MicroUsd[] = JSON.parse('[-2500000]');
    expect(room.map(formatUsd)).toEqual(['-$2.5000']);
  });
});
