// Days and spans: which part a report reads from closed days, and which from entries.

import { describe, expect, it } from 'vitest';
import { type EpochMs, epochMs, isoTime, Month } from '../../../../shared/core/base/time.ts';
import {
  Day,
  dayOf,
  endOfDay,
  nextDay,
  startOfDay,
  startOfNextMonth,
  wholeDays,
  without,
} from '../../../../shared/core/billing/days.ts';

const instant = (iso: string): EpochMs => epochMs(Date.parse(iso));
const day = (text: string): Day => Day.parse(text);

describe('a day', () => {
  it.each(['2026-02-29', '2026-13-01', '2026-1-1', '2026-11-21T00:00', '', 20261121])(
    'is not %j',
    (text) => expect(Day.safeParse(text).success).toBe(false),
  );

  it('lasts from midnight to midnight UTC, across months and years', () => {
    expect(dayOf(instant('2026-12-31T23:59:59.999Z'))).toBe('2026-12-31');
    expect(nextDay(day('2026-12-31'))).toBe('2027-01-01');
    expect(nextDay(day('2028-02-28'))).toBe('2028-02-29');
    expect(endOfDay(day('2026-11-02'))).toBe(startOfDay(day('2026-11-03')));
  });
});

describe('a month', () => {
  it.each([
    ['2026-01', '2026-02-01'],
    ['2026-02', '2026-03-01'],
    ['2026-12', '2027-01-01'],
  ])('%s is followed by %s', (month, next) => {
    expect(isoTime(startOfNextMonth(Month.parse(month)))).toBe(`${next}T00:00:00.000Z`);
  });
});

describe('a span', () => {
  const span = { from: instant('2026-11-01T06:00:00Z'), to: instant('2026-11-04T00:00:00Z') };

  it('contains the whole days within it', () => {
    expect(wholeDays(span)).toEqual({ first: '2026-11-02', end: '2026-11-04' });
    const short = { from: span.from, to: instant('2026-11-01T07:00:00Z') };
    expect(wholeDays(short)).toEqual({ first: '2026-11-02', end: '2026-11-01' });
  });

  it('without some days is the time before, between and after them', () => {
    const left = without(span, [day('2026-11-02')]);
    expect(left).toEqual([
      { from: span.from, to: instant('2026-11-02T00:00:00Z') },
      { from: instant('2026-11-03T00:00:00Z'), to: span.to },
    ]);
    expect(without(span, [day('2026-11-03'), day('2026-11-02')])).toEqual([
      { from: span.from, to: instant('2026-11-02T00:00:00Z') },
    ]);
    expect(without(span, [])).toEqual([span]);
  });
});
