// Makes account limits from the flags of `account-set`. The contract checks which values are
// allowed.

import { usage } from './exit-codes.ts';
import { numberOf } from './options.ts';

export type LimitOptions = {
  readonly budget?: string;
  readonly rate?: string;
  readonly leases?: string;
  readonly perLease?: string;
  readonly providers?: string;
  readonly gpus?: string;
  readonly thresholds?: string;
};

/** The flag of each limit. */
const FLAGS: Readonly<Record<string, string>> = {
  monthlyBudgetMicroUsd: '--budget',
  maxRateMicroUsdPerHour: '--rate',
  maxOpenLeases: '--leases',
  maxLeaseMicroUsd: '--per-lease',
  providers: '--providers',
  gpuNames: '--gpus',
  thresholds: '--thresholds',
};

/** The flag of a field. */
export const flagOf = (field: unknown): string => FLAGS[String(field)] ?? `--${String(field)}`;

/** Dollars as exact micro-dollars: it moves digits and multiplies no float. */
export function dollarsOf(flag: string, text: string): number {
  const [, dollars, millionths = ''] = /^\$?(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (dollars === undefined) return usage(`${flag} must be dollars such as 12.50, not ${text}`);
  return Number(dollars + millionths.padEnd(6, '0'));
}

const namesOf = (text: string): readonly string[] =>
  text === 'any'
    ? []
    : text
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean);

function thresholdsOf(text: string) {
  if (text === 'none') return [];
  return text.split(/\s+/).map((each) => {
    const [, percent, action] = /^(\d{1,4}):(\w+)$/.exec(each) ?? [];
    if (percent === undefined) {
      return usage(`--thresholds must be a list such as "50:notify 80:freeze", not ${each}`);
    }
    return { percent: Number(percent), action };
  });
}

/** The limits that were given. */
export function limitsOf(options: LimitOptions): Readonly<Record<string, unknown>> {
  const { budget, rate, leases, perLease, providers, gpus, thresholds } = options;
  return {
    ...(budget !== undefined && { monthlyBudgetMicroUsd: dollarsOf('--budget', budget) }),
    ...(rate !== undefined && { maxRateMicroUsdPerHour: dollarsOf('--rate', rate) }),
    ...(leases !== undefined && { maxOpenLeases: numberOf('--leases', leases) }),
    ...(perLease !== undefined && { maxLeaseMicroUsd: dollarsOf('--per-lease', perLease) }),
    ...(providers !== undefined && { providers: namesOf(providers) }),
    ...(gpus !== undefined && { gpuNames: namesOf(gpus) }),
    ...(thresholds !== undefined && { thresholds: thresholdsOf(thresholds) }),
  };
}
