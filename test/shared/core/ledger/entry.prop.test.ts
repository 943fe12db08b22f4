// The laws of holds and charges: settling a hold neither creates nor loses money, and a hold covers
// every cost within the terms of its lease.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microUsd, microUsdPerHour } from '../../../../shared/core/base/money.ts';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import {
  after as afterwards,
  durationMs,
  type EpochMs,
  hours,
  minutes,
  monthOf,
} from '../../../../shared/core/base/time.ts';
import type { Attempt } from '../../../../shared/core/instance/attempt.ts';
import { holdFor } from '../../../../shared/core/lease/hold.ts';
import { type Account, type Hold, refusalOf } from '../../../../shared/core/ledger/account.ts';
import { chargesOf, totalOf } from '../../../../shared/core/ledger/charge.ts';
import {
  type EntryKind,
  type LedgerEntry,
  settle,
  totalsOf,
} from '../../../../shared/core/ledger/entry.ts';
import { aConsumer, aLeaseId, at } from '../../../support/builders/base.ts';
import { anOffer, lived } from '../../../support/builders/instance.ts';
import { someLimits } from '../../../support/builders/ledger.ts';

/** The cost of all attempts until `until`. */
const chargeOf = (attempts: readonly Attempt[], diskGb: number, until: EpochMs) =>
  totalOf(chargesOf({ attempts, diskGb, transferGb: 20, jobId: '', endingAt: null }, until));

const amounts = fc.integer({ min: 0, max: 3_000_000_000 }).map(microUsd);

describe('settling a hold', () => {
  it('splits it: charged + released = hold + overrun', () => {
    fc.assert(
      fc.property(amounts, amounts, (hold, cost) => {
        const { charged, released, overrun } = settle(hold, cost);
        expect(charged + released).toBe(hold + overrun);
        expect(charged).toBe(cost);
        expect(Math.min(released, overrun)).toBe(0);
      }),
    );
  });
});

describe('a hold', () => {
  const BOOT = minutes(15);
  const noTransfer = {
    transferGb: 0,
    transferCeilingMicroUsdPerGb: microUsd(0),
    spendCapMicroUsd: null,
  };
  /** One attempt at a rate of at most the ceiling: boot, active time, teardown. */
  const tries = fc.record({
    gpu: fc.integer({ min: 0, max: 1_000_000 }),
    diskPerGb: fc.integer({ min: 0, max: 1_000 }),
    boot: fc.integer({ min: 0, max: BOOT }),
    teardown: fc.integer({ min: 0, max: policy.teardown.allowance }),
  });
  const lives = fc.array(tries, { minLength: 1, maxLength: policy.lease.maxAttempts });

  it('covers the worst case of all attempts within the terms', () => {
    const served = fc.integer({ min: 0, max: hours(12) });
    fc.assert(
      fc.property(lives, served, fc.integer({ min: 1, max: 100 }), (all, serve, diskGb) => {
        let now: EpochMs = at('12:00');
        const attempts = all.map(({ gpu, diskPerGb, boot, teardown }, place) => {
          const time = place === all.length - 1 ? boot + serve + teardown : boot + teardown;
          const created = now;
          now = afterwards(now, durationMs(time));
          const gpuMicroUsdPerHour = microUsdPerHour(gpu);
          const diskMicroUsdPerGbHour = microUsdPerHour(diskPerGb);
          const offer = anOffer({ gpuMicroUsdPerHour, diskMicroUsdPerGbHour });
          return lived({ created, running: created, destroyed: now }, offer);
        });
        const ceiling = Math.max(...all.map(({ gpu, diskPerGb }) => gpu + diskPerGb * diskGb));
        const terms = { ceiling: microUsdPerHour(ceiling), duration: durationMs(serve) };
        const hold = holdFor({
          ...terms,
          ...noTransfer,
          attemptLimit: durationMs(BOOT + minutes(10)),
        });
        expect(chargeOf(attempts, diskGb, now)).toBeLessThanOrEqual(hold);
      }),
      { numRuns: 500 },
    );
  });

  it('is the ceiling over the duration and all attempts, plus transfer and rounding', () => {
    const attemptLimit = minutes(25);
    const ceiling = microUsdPerHour(480_000);
    const transfer = { transferGb: 20, transferCeilingMicroUsdPerGb: microUsd(30_000) };
    const terms = { ceiling, duration: hours(1), attemptLimit, ...transfer };
    // 60 + 3 x 25 minutes at $0.008 each, 20 x $0.03, and twelve sums rounded up.
    const worst = 135 * 8_000 + 600_000 + 12;
    expect(holdFor({ ...terms, spendCapMicroUsd: null })).toBe(worst);
    expect(holdFor({ ...terms, spendCapMicroUsd: microUsd(9_000_000) })).toBe(worst);
    // The cap, and 1 + 4 + 10 minutes: sweep interval, slow sweep, teardown.
    const capped = holdFor({ ...terms, spendCapMicroUsd: microUsd(300_000) });
    expect(capped).toBe(300_000 + 15 * 8_000 + 12);
  });
});

describe('an account', () => {
  const account: Account = {
    consumer: aConsumer,
    month: monthOf(at('12:00')),
    limits: someLimits({ monthlyBudgetMicroUsd: microUsd(100) }),
    limitsVersion: 1,
    roomMicroUsd: microUsd(100),
    rateRoomMicroUsdPerHour: microUsdPerHour(50),
    leaseRoom: 1,
    chargedMicroUsd: microUsd(0),
    chargedBeforeMicroUsd: microUsd(0),
    ...{ reservedMicroUsd: microUsd(0), reservedBeforeMicroUsd: microUsd(0) },
    correctionSeq: 0,
    frozen: false,
    crossed: {},
    holds: {},
    notes: {},
  };
  const aHold = (amount: number, rate: number): Hold => ({
    amountMicroUsd: microUsd(amount),
    rateMicroUsdPerHour: microUsdPerHour(rate),
    month: account.month,
    placedAt: at('12:00'),
  });

  const anything = { providers: [], gpuNames: [] };

  it('has room for a hold that fits exactly', () => {
    expect(refusalOf(account, aHold(100, 50), anything)).toBeNull();
  });

  it.each([
    { limit: 'monthly-budget', full: account, hold: aHold(101, 50), room: 100, asked: 101 },
    {
      limit: 'per-lease',
      full: { ...account, roomMicroUsd: microUsd(200) },
      hold: aHold(101, 50),
      room: 100,
      asked: 101,
    },
    { limit: 'rate', full: account, hold: aHold(100, 51), room: 50, asked: 51 },
    {
      limit: 'open-leases',
      full: { ...account, leaseRoom: 0 },
      hold: aHold(1, 1),
      room: 0,
      asked: 1,
    },
  ])('refuses a hold beyond its $limit limit', ({ full, hold, ...refusal }) => {
    expect(refusalOf(full, hold, anything)).toMatchObject(refusal);
  });
});

describe('the totals of entries', () => {
  const entry = (kind: EntryKind, amount: number, place: number): LedgerEntry => ({
    leaseId: aLeaseId(),
    consumer: aConsumer,
    seq: place + 1,
    month: monthOf(at('12:00')),
    at: at('12:00'),
    kind,
    amountMicroUsd: microUsd(amount),
  });

  it('have no hold once a lease is settled, and its charge', () => {
    fc.assert(
      fc.property(amounts, amounts, amounts, (placed, raised, cost) => {
        const { charged, released, overrun } = settle(microUsd(placed + raised), cost);
        const kinds: readonly [EntryKind, number][] = [
          ['hold-placed', placed],
          ['hold-raised', raised],
          ['charge', charged],
          ['hold-released', released],
          ['overrun', overrun],
        ];
        const entries = kinds.map(([kind, amount], place) => entry(kind, amount, place));
        expect(totalsOf(entries)).toEqual({ held: 0, charged: cost, reserved: 0 });
      }),
    );
  });

  it('have the placed and raised hold while a lease is open', () => {
    const entries = [entry('hold-placed', 70, 0), entry('hold-raised', 30, 1)];
    expect(totalsOf(entries)).toEqual({ held: 100, charged: 0, reserved: 0 });
  });

  it('are 0 without entries', () => {
    expect(totalsOf([])).toEqual({ held: 0, charged: 0, reserved: 0 });
  });
});
