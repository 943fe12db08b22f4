// Money is whole micro-dollars. Provider adapters convert floats, rounding up, and only this file
// multiplies or divides amounts.

import * as z from 'zod/mini';
import type { Brand } from './brand.ts';
import { invariant } from './invariant.ts';
import { type DurationMs, durationMs } from './time.ts';

/** Whole micro-dollars: 1,000,000 is one US dollar. Exact up to 9.0 billion dollars. */
export type MicroUsd = Brand<number, 'MicroUsd'>;
/** Whole micro-dollars per hour. */
export type MicroUsdPerHour = Brand<number, 'MicroUsdPerHour'>;

const MICRO = 1_000_000;
const HOUR_MS = 3_600_000n;
const GB = 1_000_000_000n;

const isAmount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

/** For JSON Schema, which cannot derive it from a custom type. */
const AMOUNT = { type: 'integer', minimum: 0 };
const DIFFERENCE = { type: 'integer' };

export const MicroUsd = z
  .custom<MicroUsd>(isAmount, 'must be whole micro-dollars, 0 or more')
  .register(z.globalRegistry, AMOUNT);
/** A difference of amounts: may be negative, such as an account's room after an overrun. */
export const SignedMicroUsd = z
  .custom<MicroUsd>((value) => Number.isSafeInteger(value), 'must be whole micro-dollars')
  .register(z.globalRegistry, DIFFERENCE);
/** Like SignedMicroUsd, for rates. */
export const SignedMicroUsdPerHour = z
  .custom<MicroUsdPerHour>(
    (value) => Number.isSafeInteger(value),
    'must be whole micro-dollars per hour',
  )
  .register(z.globalRegistry, DIFFERENCE);
export const MicroUsdPerHour = z
  .custom<MicroUsdPerHour>(isAmount, 'must be whole micro-dollars per hour, 0 or more')
  .register(z.globalRegistry, AMOUNT);

/** Brands a whole, non-negative number of micro-dollars. */
export function microUsd(amount: number): MicroUsd {
  invariant(isAmount(amount), `not whole micro-dollars: ${amount}`);
  return amount as MicroUsd;
}

/** Brands a whole number of micro-dollars that may be negative: a difference. */
export function signedMicroUsd(amount: number): MicroUsd {
  invariant(Number.isSafeInteger(amount), `not whole micro-dollars: ${amount}`);
  return amount as MicroUsd;
}

/** Brands a whole, non-negative number of micro-dollars per hour. */
export function microUsdPerHour(rate: number): MicroUsdPerHour {
  invariant(isAmount(rate), `not whole micro-dollars per hour: ${rate}`);
  return rate as MicroUsdPerHour;
}

/**
 * Turns a provider's float dollars into whole micro-dollars, rounded up. A float such as 0.1 x 3
 * has an error of about 1e-17: digits below a millionth of a micro-dollar are ignored.
 */
export function fromUsd(usd: number): MicroUsd {
  return microUsd(Math.ceil(Number((usd * MICRO).toFixed(6))));
}

/** Like `fromUsd`, for an amount that may be negative, such as a refund. */
export function fromSignedUsd(usd: number): MicroUsd {
  return signedMicroUsd(Math.ceil(Number((usd * MICRO).toFixed(6))));
}

/** Like `fromUsd`, for dollars per hour. */
export function fromUsdPerHour(usd: number): MicroUsdPerHour {
  return microUsdPerHour(fromUsd(usd));
}

/** What `rate` costs over `duration`, rounded up to a whole micro-dollar. */
export function cost(rate: MicroUsdPerHour, duration: DurationMs): MicroUsd {
  const exact = BigInt(rate) * BigInt(duration);
  return microUsd(Number((exact + HOUR_MS - 1n) / HOUR_MS));
}

/** What several rates cost, each over its length, rounded up once. */
export function costOfSpans(
  spans: readonly { readonly rate: MicroUsdPerHour; readonly length: DurationMs }[],
): MicroUsd {
  const exact = spans.reduce((all, { rate, length }) => all + BigInt(rate) * BigInt(length), 0n);
  return microUsd(Number((exact + HOUR_MS - 1n) / HOUR_MS));
}

/** The shortest time after which `rate` has cost `amount`; null when `rate` is 0. */
export function timeToCost(rate: MicroUsdPerHour, amount: MicroUsd): DurationMs | null {
  if (rate === 0) return null;
  const exact = BigInt(amount) * HOUR_MS;
  return durationMs(Number((exact + BigInt(rate) - 1n) / BigInt(rate)));
}

/**
 * What `bytes` cost at `perGb` per 10^9 bytes, rounded up. Providers do not define GB; networks are
 * sold in decimal units, which cost 7 % more than 2^30 bytes would.
 */
export function costOfBytes(perGb: MicroUsd, bytes: number): MicroUsd {
  return microUsd(Number((BigInt(perGb) * BigInt(bytes) + GB - 1n) / GB));
}

/** The rate of `count` units (gigabytes, GPUs) that are priced per unit and hour. */
export function rateOf(perUnit: MicroUsdPerHour, count: number): MicroUsdPerHour {
  return microUsdPerHour(Math.ceil(perUnit * count));
}

/** The amount for `count` units that are priced per unit. */
export function amountOf(perUnit: MicroUsd, count: number): MicroUsd {
  return microUsd(Math.ceil(perUnit * count));
}

/** Sums amounts. */
export function sum(...amounts: readonly MicroUsd[]): MicroUsd {
  return microUsd(amounts.reduce<number>((total, amount) => total + amount, 0));
}

/** Sums amounts that may be negative. */
export function signedSum(...amounts: readonly MicroUsd[]): MicroUsd {
  return signedMicroUsd(amounts.reduce<number>((total, amount) => total + amount, 0));
}

/** A rate multiplied by a whole number. */
export function times(rate: MicroUsdPerHour, count: number): MicroUsdPerHour {
  return microUsdPerHour(rate * count);
}

/** What is left of a rate without a part of it; 0 when the part is more. */
export function restRate(rate: MicroUsdPerHour, part: MicroUsdPerHour): MicroUsdPerHour {
  return microUsdPerHour(Math.max(0, rate - part));
}

/** Sums rates. */
export function sumRates(...rates: readonly MicroUsdPerHour[]): MicroUsdPerHour {
  return microUsdPerHour(rates.reduce<number>((total, rate) => total + rate, 0));
}

/** What is left of `amount` after `taken`; 0 when `taken` is more. */
export function rest(amount: MicroUsd, taken: MicroUsd): MicroUsd {
  return microUsd(Math.max(0, amount - taken));
}

/**
 * The maximum rounding error of `count` items: half a `step` each, plus one micro-dollar each in
 * the ledger.
 */
export function roundingOf(step: MicroUsd, count: number): MicroUsd {
  return microUsd(Math.ceil((step * count) / 2) + count);
}

/** A difference as a share of `amount`, in thousandths; null when `amount` is 0. */
export function permilleOf(difference: MicroUsd, amount: MicroUsd): number | null {
  return amount === 0 ? null : Math.round((difference / amount) * 1_000);
}

/** The smaller of two amounts. */
export function lesser(a: MicroUsd, b: MicroUsd): MicroUsd {
  return a < b ? a : b;
}

/** The larger of two amounts. */
export function greater(a: MicroUsd, b: MicroUsd): MicroUsd {
  return a > b ? a : b;
}

/** `percent` of an amount, rounded up to a whole micro-dollar. */
export function percentOf(amount: MicroUsd, percent: number): MicroUsd {
  return microUsd(Number((BigInt(amount) * BigInt(percent) + 99n) / 100n));
}

/** Formats an amount for people: four decimals, or six when it has smaller digits. */
export function formatUsd(amount: MicroUsd | MicroUsdPerHour): string {
  const sign = amount < 0 ? '-' : '';
  const size = Math.abs(amount);
  const digits = size % 100 === 0 ? 4 : 6;
  return `${sign}$${(size / MICRO).toFixed(digits)}`;
}
