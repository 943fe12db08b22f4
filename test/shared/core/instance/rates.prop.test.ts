// The rates of an instance: few, in order, never below the agreed one, and never below what two
// readings agree on.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { costOfSpans, microUsdPerHour } from '../../../../shared/core/base/money.ts';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import { after as afterwards, minutes } from '../../../../shared/core/base/time.ts';
import { afterReading, type Rates, ratesBetween } from '../../../../shared/core/instance/rates.ts';
import { at } from '../../../support/builders/base.ts';

const taken = microUsdPerHour(400_000);
const rates = fc.array(
  fc.oneof(fc.constantFrom(0, 400_000, 800_000, Number.MAX_SAFE_INTEGER), fc.maxSafeNat()),
  { minLength: 1, maxLength: 80 },
);

it('rates stay few and in order, and cover what each pair of readings agrees on', () => {
  fc.assert(
    fc.property(rates, (readings) => {
      let known: Rates = { rates: [], rateRead: null };
      for (const [minute, rate] of readings.entries()) {
        const from = afterwards(at('12:00'), minutes(minute));
        known = afterReading(known, { from, rate: microUsdPerHour(rate) }, taken);
      }
      expect(known.rates.length).toBeLessThanOrEqual(policy.rate.maxSegments);
      const instants = known.rates.map(({ from }) => from);
      expect(instants).toEqual(instants.toSorted((a, b) => a - b));
      for (const { rate } of known.rates) {
        expect(rate).toBeGreaterThanOrEqual(taken);
        expect(rate).toBeLessThanOrEqual(policy.rate.max);
      }
      for (let minute = 0; minute + 2 < readings.length; minute += 1) {
        const agreed = Math.min(readings[minute] ?? 0, readings[minute + 1] ?? 0);
        const from = afterwards(at('12:00'), minutes(minute));
        const span = { from, until: afterwards(from, minutes(1)) };
        const cost = costOfSpans(ratesBetween(known, taken, span));
        const least = Math.min(policy.rate.max, Math.max(taken, agreed));
        expect(cost).toBeGreaterThanOrEqual(Math.floor(least / 60));
      }
    }),
  );
});
