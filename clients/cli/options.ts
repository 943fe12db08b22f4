// Parses the values of flags. This file checks their form only: the service checks which values are
// allowed.

import { Option } from 'commander';
import { type MicroUsdPerHour, microUsdPerHour } from '../../shared/core/base/money.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { usage } from './exit-codes.ts';

/** For repeatable flags: appends the next value. */
export const collect = (value: string, values: readonly string[]): readonly string[] => [
  ...values,
  value,
];

/** A decimal number; undefined when the flag wasn't given. */
export function numberOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(text)) return usage(`${flag} must be a number, not ${text}`);
  return Number(text);
}

/**
 * Dollars per hour as exact micro-dollars: it moves digits and multiplies no float. A rate finer
 * than a micro-dollar is refused.
 */
export function ceilingOf(text: string | undefined): MicroUsdPerHour | undefined {
  if (text === undefined) return undefined;
  const [, dollars, millionths = ''] = /^\$?(\d{1,6})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (dollars === undefined) {
    return usage(`--ceiling must be dollars per hour such as 0.35, not ${text}`);
  }
  return microUsdPerHour(Number(dollars + millionths.padEnd(6, '0')));
}

/** The default is longer than any launch of three attempts takes. */
export const timeoutOption = () =>
  new Option('--timeout <minutes>', 'how long --wait waits at most').default('120');

/** Minutes as milliseconds. */
export const timeoutOf = (text: string): number => minutes(numberOf('--timeout', text) ?? 0);
