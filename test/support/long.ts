// The suites that take minutes. `npm test` runs a sample of each: the case or the seed that
// TEST_SEED selects (default 1). `npm run test:long` runs every case and more seeds.

/** The time limit of each complete suite, in minutes. */
const BUDGETS = {
  'races while a lease starts': 2,
  'races while a lease ends': 3,
  'races with an execution that was replaced': 2,
  'races of two actors, each held once': 3,
  'nets alone': 2,
  ablation: 6,
  month: 8,
  soak: 12,
  'outages of a fleet': 6,
  fleet: 10,
  'kill -9': 3,
  survive: 1,
  'interleaved corrections': 1,
} as const satisfies Record<string, number>;

export type LongSuite = keyof typeof BUDGETS;

export const isLong = process.env['LONG'] === '1';
export const SEED = Number(process.env['TEST_SEED'] ?? 1);

/** Every case in a long run, otherwise the one that the seed selects. */
export function sample<Case>(cases: readonly Case[]): readonly Case[] {
  const at = SEED % cases.length;
  return isLong ? cases : cases.slice(at, at + 1);
}

/** `count` seeds in a long run, otherwise one; the first is always TEST_SEED. */
export const seeds = (count: number): readonly number[] =>
  Array.from({ length: isLong ? count : 1 }, (_, index) => SEED + index);

/** The time limit of each test of the suite, in milliseconds. */
export const limitOf = (suite: LongSuite): number => BUDGETS[suite] * 60_000;

/** How this run treats the long suites; one line per suite in a long run. */
export function announcement(): readonly string[] {
  if (!isLong) return [`long suites: a sample of each, TEST_SEED=${SEED}`];
  return Object.entries(BUDGETS).map(
    ([suite, minutes]) => `long suite: ${suite}, from seed ${SEED}, at most ${minutes} min`,
  );
}
