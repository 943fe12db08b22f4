// The price of an instance while its lease runs: two readings make a rate, one makes none.

import { describe, expect, it } from 'vitest';
import { microUsdPerHour } from '../../../../shared/core/base/money.ts';
import type { EpochMs } from '../../../../shared/core/base/time.ts';
import { currentAttempt, type Lease } from '../../../../shared/core/lease/lease.ts';
import { changesPrice, isDoubtful, recordPrice } from '../../../../shared/core/lease/price.ts';
import { presentRate, spentBy } from '../../../../shared/core/lease/spend.ts';
import { at } from '../../../support/builders/base.ts';
import { aBootingLease, anActiveLease } from '../../../support/builders/lease.ts';

const lease = anActiveLease();
const reading = (rate: number, time: EpochMs) => ({ rate: microUsdPerHour(rate), at: time });
const read = (from: Lease, rate: number, time: EpochMs): Lease =>
  recordPrice(from, reading(rate, time), time) ?? from;
const lastEvent = (from: Lease) => from.outbox.events.at(-1);

describe('a higher price', () => {
  const once = read(lease, 450_000, at('12:20'));
  const twice = read(once, 450_000, at('12:21'));

  it('counts for nothing when it was read once', () => {
    expect(presentRate(once)).toBe(404_000);
    expect(lastEvent(once)?.type).toBe('lease-active');
  });

  it('counts from the first of two readings, and is one event', () => {
    expect(presentRate(twice)).toBe(450_000);
    expect(currentAttempt(twice)).toMatchObject({
      rates: [{ from: at('12:20'), rate: 450_000 }],
      rateRead: null,
    });
    expect(lastEvent(twice)).toMatchObject({
      type: 'price-rose',
      reason: 'the instance now costs $0.4500/h',
    });
    expect(changesPrice(twice, reading(450_000, at('12:22')))).toBe(false);
    const more = spentBy(twice, null, at('13:20')) - spentBy(lease, null, at('13:20'));
    expect(more).toBe(46_000);
  });

  it('needs a second reading that is at least a minute later', () => {
    expect(read(once, 450_000, at('12:20:59'))).toBe(once);
  });

  it('counts at the smaller of two rises, and falls to no less than was agreed', () => {
    const rising = read(once, 480_000, at('12:21'));
    expect(presentRate(rising)).toBe(450_000);
    expect(presentRate(read(rising, 500_000, at('12:22')))).toBe(480_000);
    const fallen = read(read(twice, 100_000, at('12:30')), 100_000, at('12:31'));
    expect(presentRate(fallen)).toBe(404_000);
    expect(lastEvent(fallen)?.type).toBe('price-fell');
  });
});

describe('a price above the ceiling', () => {
  it('ends the lease when it was read twice, and at the ceiling it does not', () => {
    const once = read(lease, 500_001, at('12:20'));
    expect(once).toMatchObject({ state: 'active' });
    expect(read(once, 500_001, at('12:21'))).toMatchObject({
      state: 'ending',
      reason: 'over-ceiling',
    });
    const at500 = read(read(lease, 500_000, at('12:20')), 500_000, at('12:21'));
    expect(at500).toMatchObject({ state: 'active' });
  });

  it('is doubtful when it is ten times as high and was read once', () => {
    const absurd = reading(5_000_001, at('12:20'));
    expect(isDoubtful(lease, absurd)).toBe(true);
    const once = read(lease, 5_000_001, at('12:20'));
    expect(once.state).toBe('active');
    expect(lastEvent(once)?.type).toBe('price-doubtful');
    expect(isDoubtful(once, reading(5_000_001, at('12:21')))).toBe(false);
    expect(read(once, 404_000, at('12:21'))).toMatchObject({ attempts: [{ rateRead: null }] });
  });
});

it('a price that did not change, or of a lease that is not active, changes nothing', () => {
  expect(recordPrice(lease, reading(404_000, at('12:20')), at('12:20'))).toBeNull();
  expect(recordPrice(aBootingLease(), reading(450_000, at('12:03')), at('12:03'))).toBeNull();
});
