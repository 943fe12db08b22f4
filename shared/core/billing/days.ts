// Days in UTC: the unit of closing books and reading reports.

import * as z from 'zod/mini';
import type { Brand } from '../base/brand.ts';
import { after, type EpochMs, epochMs, hours, isoTime, type Month, monthOf } from '../base/time.ts';

/** A UTC day, `YYYY-MM-DD`. Days sort as text. */
export type Day = Brand<string, 'Day'>;
export const Day = z.custom<Day>(
  (value) =>
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}$/.test(value) &&
    !Number.isNaN(Date.parse(value)) &&
    new Date(Date.parse(value)).toISOString().startsWith(value),
  'must be a day such as 2026-11-21',
);

/** From `from` until just before `to`. */
export type Span = { readonly from: EpochMs; readonly to: EpochMs };

/** The UTC day of an instant. */
export function dayOf(instant: EpochMs): Day {
  return isoTime(instant).slice(0, 10) as Day;
}

/** Its first instant. */
export const startOfDay = (day: Day): EpochMs => epochMs(Date.parse(day));

/** The first instant after it: every UTC day has 24 hours. */
export const endOfDay = (day: Day): EpochMs => after(startOfDay(day), hours(24));

export const nextDay = (day: Day): Day => dayOf(endOfDay(day));

/** The whole days within a span: from `first` until just before `end`. */
export function wholeDays({ from, to }: Span): { readonly first: Day; readonly end: Day } {
  const first = startOfDay(dayOf(from)) === from ? dayOf(from) : nextDay(dayOf(from));
  return { first, end: dayOf(to) };
}

/** The rest of a span without these days, in order. Each day must be within the span. */
export function without(span: Span, days: readonly Day[]): readonly Span[] {
  const left: Span[] = [];
  let { from } = span;
  for (const day of days.toSorted()) {
    if (startOfDay(day) > from) left.push({ from, to: startOfDay(day) });
    from = endOfDay(day);
  }
  if (from < span.to) left.push({ from, to: span.to });
  return left;
}

export const startOfMonth = (month: Month): EpochMs => epochMs(Date.parse(`${month}-01`));

export function startOfNextMonth(month: Month): EpochMs {
  // Within the next month, however long this one is.
  const later = after(startOfMonth(month), hours(24 * 32));
  return startOfMonth(monthOf(later));
}
