// Seeded random numbers: the same seed gives the same market. They must never be used for secrets.

/** 10th, 50th and 90th percentile. */
export type Spread = readonly [low: number, median: number, high: number];

/** Numbers in [0, 1), the same ones for the same seed (the public-domain mulberry32 recipe). */
export type Random = () => number;

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number in [low, high]. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** A value with the percentiles of the spread; the tails end 10 % outside of it. */
export function draw(random: Random, [low, median, high]: Spread): number {
  const at = random();
  if (at < 0.1) return low * (0.9 + at);
  if (at < 0.5) return low + ((at - 0.1) / 0.4) * (median - low);
  if (at < 0.9) return median + ((at - 0.5) / 0.4) * (high - median);
  return high * (1 + (at - 0.9));
}

/** One of the items, with probabilities in proportion to the weights. */
export function pick<T>(random: Random, items: readonly T[], weight: (item: T) => number): T {
  let left = random() * items.reduce((sum, item) => sum + weight(item), 0);
  const found = items.find((item) => {
    left -= weight(item);
    return left < 0;
  });
  const chosen = found ?? items.at(-1);
  if (chosen === undefined) throw new Error('pick needs at least one item');
  return chosen;
}
