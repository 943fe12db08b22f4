// Instants and durations: whole, never negative, and never rounded so that a timer fires early.

import { describe, expect, it } from 'vitest';
import {
  after as afterwards,
  between,
  DurationMs,
  durationMs,
  EpochMs,
  earliest,
  epochMs,
  hours,
  isoTime,
  latest,
  Month,
  minutes,
  monthOf,
  seconds,
  times,
  total,
  wholeSeconds,
} from '../../../../shared/core/base/time.ts';

const NOON = epochMs(1_793_620_800_000);

describe('durations', () => {
  it('are whole milliseconds', () => {
    expect([seconds(1.5), minutes(2), hours(12)]).toEqual([1_500, 120_000, 43_200_000]);
    expect(seconds(0.0004)).toBe(0);
  });

  it('add up and repeat', () => {
    expect(total(seconds(1), minutes(1))).toBe(61_000);
    expect(total()).toBe(0);
    expect(times(minutes(3), 3)).toBe(540_000);
  });

  it.each([-1, 0.5, Number.NaN])('%f is no duration', (length) => {
    expect(() => durationMs(length)).toThrow('not a duration');
    expect(DurationMs.safeParse(length).success).toBe(false);
  });
});

describe('instants', () => {
  it.each([-1, 0.5, Number.NaN])('%f is no instant', (instant) => {
    expect(() => epochMs(instant)).toThrow('not an instant');
    expect(EpochMs.safeParse(instant).success).toBe(false);
  });

  it('text is no instant', () => {
    expect(EpochMs.safeParse('1793620800000').success).toBe(false);
  });

  it('are shifted by durations', () => {
    expect(afterwards(NOON, seconds(2))).toBe(1_793_620_802_000);
    expect(between(NOON, afterwards(NOON, minutes(7)))).toBe(420_000);
  });

  it('are never a negative time apart', () => {
    expect(between(afterwards(NOON, seconds(1)), NOON)).toBe(0);
  });

  it('have a first and a last', () => {
    const later = afterwards(NOON, seconds(1));
    expect(latest(NOON, later)).toBe(later);
    expect(earliest(later, NOON)).toBe(NOON);
  });

  it('are written in UTC', () => {
    expect(isoTime(NOON)).toBe('2026-11-02T12:00:00.000Z');
  });
});

describe('wholeSeconds', () => {
  it.each([
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [59_999, 60],
  ])('rounds %i ms up to %i s', (length, whole) => {
    expect(wholeSeconds(durationMs(length), 1)).toBe(whole);
  });

  it('is never less than its minimum', () => {
    expect(wholeSeconds(durationMs(0), 2)).toBe(2);
  });
});

describe('months', () => {
  it.each([
    ['2026-10-31T23:59:59.999Z', '2026-10'],
    ['2026-11-01T00:00:00.000Z', '2026-11'],
    ['2026-12-31T23:59:59.999Z', '2026-12'],
  ])('%s falls in %s', (text, month) => {
    expect(monthOf(epochMs(Date.parse(text)))).toBe(month);
  });

  it('are parsed unchanged', () => {
    expect(Month.parse('2026-11')).toBe('2026-11');
  });

  it.each(['2026-13', '2026-00', '2026-1', '26-11', '2026-11-01', 202611])(
    '%s is no month',
    (value) => {
      expect(Month.safeParse(value).success).toBe(false);
    },
  );
});
