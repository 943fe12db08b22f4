// Instants and durations as different types. Epoch seconds and ISO text are used only in the
// adapter or wrapper that needs them. Nothing here reads a clock: time is a parameter.

import * as z from 'zod/mini';
import type { Brand } from './brand.ts';
import { invariant } from './invariant.ts';

/** Milliseconds since 1970 UTC. */
export type EpochMs = Brand<number, 'EpochMs'>;
/** A length of time in milliseconds, 0 or more. */
export type DurationMs = Brand<number, 'DurationMs'>;

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

export const EpochMs = z.custom<EpochMs>(isWhole, 'must be whole milliseconds since 1970');
export const DurationMs = z.custom<DurationMs>(isWhole, 'must be whole milliseconds, 0 or more');

/** Brands an instant. */
export function epochMs(instant: number): EpochMs {
  invariant(isWhole(instant), `not an instant: ${instant}`);
  return instant as EpochMs;
}

/** Brands a duration. */
export function durationMs(length: number): DurationMs {
  invariant(isWhole(length), `not a duration: ${length}`);
  return length as DurationMs;
}

export const seconds = (count: number): DurationMs => durationMs(Math.round(count * 1_000));
export const minutes = (count: number): DurationMs => seconds(count * 60);
export const hours = (count: number): DurationMs => minutes(count * 60);

/** The instant `length` after `instant`. */
export function after(instant: EpochMs, length: DurationMs): EpochMs {
  return epochMs(instant + length);
}

/** The instant `length` before `instant`. */
export function before(instant: EpochMs, length: DurationMs): EpochMs {
  return epochMs(instant - length);
}

const DAY_MS = 86_400_000;

/** The first instant of the UTC day. */
export function startOfDay(instant: EpochMs): EpochMs {
  return epochMs(instant - (instant % DAY_MS));
}

/** How long from `from` to `to`; 0 when `to` is earlier. */
export function between(from: EpochMs, to: EpochMs): DurationMs {
  return durationMs(Math.max(0, to - from));
}

/** `length` multiplied by `count`. */
export function times(length: DurationMs, count: number): DurationMs {
  return durationMs(length * count);
}

/** Sums durations. */
export function total(...lengths: readonly DurationMs[]): DurationMs {
  return durationMs(lengths.reduce<number>((all, length) => all + length, 0));
}

/** The longest of some durations; 0 when there are none. */
export function longest(...lengths: readonly DurationMs[]): DurationMs {
  return durationMs(Math.max(0, ...lengths));
}

export function latest(first: EpochMs, ...others: readonly EpochMs[]): EpochMs {
  return epochMs(Math.max(first, ...others));
}

export function earliest(first: EpochMs, ...others: readonly EpochMs[]): EpochMs {
  return epochMs(Math.min(first, ...others));
}

/** `length` in whole seconds, rounded up so that a timer never fires early; at least `least`. */
export function wholeSeconds(length: DurationMs, least: number): number {
  return Math.max(least, Math.ceil(length / 1_000));
}

/** ISO 8601 in UTC, as in replies and schedules. */
export function isoTime(instant: EpochMs): string {
  return new Date(instant).toISOString();
}

/** A UTC month, `YYYY-MM`: the key of budgets and ledger entries. */
export type Month = Brand<string, 'Month'>;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
export const Month = z
  .custom<Month>(
    (value) => typeof value === 'string' && MONTH.test(value),
    'must be a month such as 2026-11',
  )
  .register(z.globalRegistry, { type: 'string', pattern: MONTH.source });

/** The later of two months. */
export const latestMonth = (a: Month, b: Month): Month => (a > b ? a : b);

/** The UTC month of an instant. */
export function monthOf(instant: EpochMs): Month {
  return isoTime(instant).slice(0, 7) as Month;
}
