// Values of flags: from what a person types to what the API takes. Whether a value is allowed is
// for the service to say; here it only has to be readable.

import { Option } from 'commander';
import { type MicroUsdPerHour, microUsdPerHour } from '../../shared/core/base/money.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { usage } from './exit-codes.ts';

/** For flags that may be given again: the values so far and the next one. */
export const collect = (value: string, values: readonly string[]): readonly string[] => [
  ...values,
  value,
];

/** A decimal number as JSON will carry it; undefined when the flag wasn't given. */
export function numberOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(text)) return usage(`${flag} must be a number, not ${text}`);
  return Number(text);
}

/**
 * Dollars per hour, exactly: the digits are moved, nothing is multiplied. A rate finer than a
 * micro-dollar is refused.
 */
export function ceilingOf(text: string | undefined): MicroUsdPerHour | undefined {
  if (text === undefined) return undefined;
  const [, dollars, millionths = ''] = /^\$?(\d{1,6})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (dollars === undefined) {
    return usage(`--ceiling must be dollars per hour such as 0.35, not ${text}`);
  }
  return microUsdPerHour(Number(dollars + millionths.padEnd(6, '0')));
}

/** How long a command waits; longer than any launch of three attempts takes. */
export const timeoutOption = () =>
  new Option('--timeout <minutes>', 'how long --wait waits').default('120');

/** Minutes as milliseconds. */
export const timeoutOf = (text: string): number => minutes(numberOf('--timeout', text) ?? 0);
