// The rates of an instance over time. A market can raise its price and can report a wrong one, so a
// new rate counts only when two readings agree, from the time of the first. An instance never costs
// less than the rate that was agreed at its launch.

import * as z from 'zod/mini';
import { MicroUsdPerHour, microUsdPerHour } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { between, type DurationMs, EpochMs, earliest, epochMs, latest } from '../base/time.ts';

/** An all-in rate, without transfer, from an instant until the next segment. */
export const RateSegment = z.object({ from: EpochMs, rate: MicroUsdPerHour });
export type RateSegment = z.infer<typeof RateSegment>;

/** The rates after the agreed one, and the first reading of the next one. */
export type Rates = {
  readonly rates: readonly RateSegment[];
  readonly rateRead: RateSegment | null;
};

/** The present rate of an instance that was taken at `taken`. */
export const presentRateOf = ({ rates }: Rates, taken: MicroUsdPerHour): MicroUsdPerHour =>
  rates.at(-1)?.rate ?? taken;

const START = epochMs(0);

const lengthOf = (segments: readonly RateSegment[], at: number): DurationMs =>
  between(segments[at]?.from ?? START, segments[at + 1]?.from ?? START);

/** What it costs to merge segment `at` with the next one at the higher rate of both. */
function mergeCost(segments: readonly RateSegment[], at: number): number {
  const [first, second] = [segments[at]?.rate ?? 0, segments[at + 1]?.rate ?? 0];
  return Math.abs(first - second) * lengthOf(segments, first < second ? at : at + 1);
}

/**
 * At most `maxSegments`: the two neighbors whose merge costs least become one, at the higher rate.
 * The present segment stays as it is.
 */
function merged(segments: readonly RateSegment[]): RateSegment[] {
  if (segments.length <= policy.rate.maxSegments) return [...segments];
  const past = segments.slice(0, -2).map((_, at) => at);
  const cheapest = past.reduce((a, b) => (mergeCost(segments, b) < mergeCost(segments, a) ? b : a));
  return segments.flatMap((segment, at) => {
    if (at === cheapest + 1) return [];
    if (at !== cheapest) return [segment];
    const rate = microUsdPerHour(Math.max(segment.rate, segments[at + 1]?.rate ?? 0));
    return [{ from: segment.from, rate }];
  });
}

/**
 * The rates after the provider reported `reading`. Two readings agree on what both of them say at
 * least: the smaller rise, or the smaller fall. Returns the same object when nothing changes.
 */
export function afterReading<R extends Rates>(
  known: R,
  reading: RateSegment,
  taken: MicroUsdPerHour,
): R {
  const present = presentRateOf(known, taken);
  const rate = microUsdPerHour(Math.min(policy.rate.max, Math.max(taken, reading.rate)));
  const first = known.rateRead;
  if (rate === present) return first === null ? known : { ...known, rateRead: null };
  const next = { from: reading.from, rate };
  if (first === null || first.rate > present !== rate > present)
    return { ...known, rateRead: next };
  if (between(first.from, reading.from) < policy.rate.agreeAfter) return known;
  const agreed = rate > present ? Math.min(first.rate, rate) : Math.max(first.rate, rate);
  const segment = { from: first.from, rate: microUsdPerHour(agreed) };
  const rateRead = rate === agreed ? null : next;
  return { ...known, rates: merged([...known.rates, segment]), rateRead };
}

/** The rates between two instants, in order, each with its length. */
export function ratesBetween(
  { rates }: Rates,
  taken: MicroUsdPerHour,
  { from, until }: { readonly from: EpochMs; readonly until: EpochMs },
): readonly { readonly rate: MicroUsdPerHour; readonly length: DurationMs }[] {
  const all = [{ from: START, rate: taken }, ...rates];
  return all.map((segment, at) => {
    const end = earliest(until, all[at + 1]?.from ?? until);
    return { rate: segment.rate, length: between(latest(from, segment.from), end) };
  });
}
