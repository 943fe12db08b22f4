// A hold is sufficient: for a lease with a spend cap, including the most it can cost beyond the
// cap, and for a lease whose hold was lowered to its instance, including rounding.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { microUsd, microUsdPerHour } from '../../../../shared/core/base/money.ts';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import {
  after as afterwards,
  durationMs,
  type EpochMs,
  hours,
  minutes,
  total,
} from '../../../../shared/core/base/time.ts';
import { acceptDestroy, retireAttempt } from '../../../../shared/core/instance/attempt-moves.ts';
import { holdFor, repriceHold } from '../../../../shared/core/lease/hold.ts';
import { billOf, currentAttempt } from '../../../../shared/core/lease/lease.ts';
import { withAttempt } from '../../../../shared/core/lease/lease-moves.ts';
import { chargesOf, totalOf } from '../../../../shared/core/ledger/charge.ts';
import { anOffer } from '../../../support/builders/instance.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  aRequestedLease,
  someTerms,
} from '../../../support/builders/lease.ts';

const attemptLimit = minutes(25);

/**
 * A lease that is active since 12:04 on an instance with these rates, with a hold of its worst
 * case.
 */
const leases = fc
  .record({
    gpu: fc.integer({ min: 0, max: 1_000_000 }),
    diskPerGb: fc.integer({ min: 0, max: 1_000 }),
    transferGb: fc.constant(0),
    served: fc.integer({ min: 0, max: hours(12) }),
  })
  .map(({ gpu, diskPerGb, transferGb, served }) => {
    const ceiling = microUsdPerHour(Math.max(404_000, gpu + 20 * diskPerGb));
    const terms = someTerms({ ceiling, transferGb, duration: durationMs(served) });
    const offer = anOffer({
      gpuMicroUsdPerHour: microUsdPerHour(gpu),
      diskMicroUsdPerGbHour: microUsdPerHour(diskPerGb),
    });
    const active = anActiveLease(aBootingLease(aLaunchingLease(aRequestedLease({ terms }), offer)));
    return { active };
  });
type Active = ReturnType<typeof anActiveLease>;

/** What it cost when its destroy was accepted at `until`. */
function chargedUntil(lease: Active, until: EpochMs): number {
  const attempt = currentAttempt(lease);
  if (attempt?.state !== 'created') throw new Error('it has an instance');
  const gone = acceptDestroy(retireAttempt(attempt, 'lease-ended'), until);
  return totalOf(chargesOf(billOf(withAttempt(lease, gone)), until));
}

it('a lowered hold covers the requested terms and teardown, and is never a raise', () => {
  fc.assert(
    fc.property(leases, ({ active }) => {
      const repriced = repriceHold(active, active.activeAt);
      const { allowance } = policy.teardown;
      const end = afterwards(active.deadline, allowance);
      expect(repriced.hold.amountMicroUsd).toBeLessThanOrEqual(active.hold.amountMicroUsd);
      expect(chargedUntil(repriced, end)).toBeLessThanOrEqual(repriced.hold.amountMicroUsd);
      const released = repriced.outbox.entries.at(-1);
      const kept = repriced.hold.amountMicroUsd + (released?.amountMicroUsd ?? Number.NaN);
      expect(kept).toBe(active.hold.amountMicroUsd);
    }),
    { numRuns: 300 },
  );
});

it('a lease with a spend cap holds the cap and the most it can cost beyond it', () => {
  const late = fc.record({
    /** From reaching the cap to the next check, with a slow sweep. */
    unseen: fc.integer({ min: 0, max: policy.sweep.every + policy.sweep.maxDuration }),
    teardown: fc.integer({ min: 0, max: policy.teardown.allowance }),
  });
  fc.assert(
    fc.property(leases, fc.integer({ min: 1, max: 5_000_000 }), late, ({ active }, cap, past) => {
      const { terms } = active;
      const spendCapMicroUsd = microUsd(cap);
      const hold = holdFor({ ...terms, spendCapMicroUsd, attemptLimit });
      expect(hold).toBeLessThanOrEqual(holdFor({ ...terms, attemptLimit }));
      // The last time at which less than the cap is spent, or the deadline.
      let [low, high] = [active.activeAt as number, active.deadline as number];
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (chargedUntil(active, middle as EpochMs) < cap) low = middle;
        else high = middle - 1;
      }
      const lasts = total(durationMs(past.unseen), durationMs(past.teardown));
      if (chargedUntil(active, low as EpochMs) > cap) return;
      expect(chargedUntil(active, afterwards(low as EpochMs, lasts))).toBeLessThanOrEqual(hold);
    }),
    { numRuns: 200 },
  );
});
