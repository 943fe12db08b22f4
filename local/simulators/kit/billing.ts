// Exact costs in simulators: rates in whole nano-dollars per hour over milliseconds, summed without
// rounding and truncated to whole micro-dollars at the end. The result must never depend on when it
// is computed.

import * as z from 'zod/mini';

/** A rate that applies from an instant until the next rate. */
export const Rate = z.object({ from: z.number(), nanoUsdPerHour: z.int() });
export type Rate = Readonly<z.infer<typeof Rate>>;

/** The traffic between the previous entry and the instant. */
export const Traffic = z.object({ at: z.number(), upBytes: z.int(), downBytes: z.int() });
export type Traffic = Readonly<z.infer<typeof Traffic>>;

/** A rate times milliseconds, not yet divided; zero for a negative duration. */
export function nanoHours(nanoUsdPerHour: number, ms: number): bigint {
  return ms > 0 ? BigInt(nanoUsdPerHour) * BigInt(Math.floor(ms)) : 0n;
}

/** The same between two instants, with rates that change in between. */
export function nanoHoursAt(rates: readonly Rate[], from: number, until: number): bigint {
  return rates.reduce((sum, rate, index) => {
    const next = rates[index + 1]?.from ?? Infinity;
    return sum + nanoHours(rate.nanoUsdPerHour, Math.min(until, next) - Math.max(from, rate.from));
  }, 0n);
}

export function microUsd(nanoMs: bigint): number {
  return Number(nanoMs / 3_600_000_000n);
}

const bytesPerGb = 1_000_000_000n;

export function transferMicroUsd(nanoUsdPerGb: number, bytes: number): number {
  return Number((BigInt(nanoUsdPerGb) * BigInt(bytes)) / bytesPerGb / 1_000n);
}

/** The traffic until the instant. */
export function bytesUntil(
  traffic: readonly Traffic[],
  until: number,
): { up: number; down: number } {
  const bytes = { up: 0, down: 0 };
  for (const entry of traffic) {
    if (entry.at > until) continue;
    bytes.up += entry.upBytes;
    bytes.down += entry.downBytes;
  }
  return bytes;
}

/**
 * The exact instant at which the credit reached zero. The credit is above zero at `funded`, not
 * above zero at `broke`, and never grows in between.
 */
export function brokeAt(credit: (at: number) => number, funded: number, broke: number): number {
  let [last, first] = [funded, broke];
  while (first - last > 1) {
    const middle = Math.floor((last + first) / 2);
    if (credit(middle) > 0) last = middle;
    else first = middle;
  }
  return first;
}
