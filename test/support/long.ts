// The suites that take minutes as a whole. `npm test` runs a sample of each: the case, or the seed,
// that TEST_SEED chooses (1 unless given). `npm run test:long` runs every case and more seeds.

/** How long each suite may take as a whole, in minutes. */
const BUDGETS = {
  'races while a lease starts': 2,
  'races while a lease ends': 3,
  'races with an execution that was replaced': 2,
  'races of two actors, each held once': 3,
  'nets alone': 2,
  ablation: 6,
  month: 8,
  soak: 12,
  'kill -9': 3,
  'interleaved corrections': 1,
} as const satisfies Record<string, number>;

export type LongSuite = keyof typeof BUDGETS;

export const isLong = process.env['LONG'] === '1';
export const SEED = Number(process.env['TEST_SEED'] ?? 1);

/** Every case in a long run, otherwise the one that the seed chooses. */
export function sample<Case>(cases: readonly Case[]): readonly Case[] {
  const at = SEED % cases.length;
  return isLong ? cases : cases.slice(at, at + 1);
}

/** As many seeds in a long run, otherwise one; the first is always TEST_SEED. */
export const seeds = (count: number): readonly number[] =>
  Array.from({ length: isLong ? count : 1 }, (_, index) => SEED + index);

/** The time limit of each test of the suite, in milliseconds. */
export const limitOf = (suite: LongSuite): number => BUDGETS[suite] * 60_000;

/** What a run does about the long suites, a line for each in a long run. */
export function announcement(): readonly string[] {
  if (!isLong) return [`long suites: a sample of each, by TEST_SEED=${SEED}`];
  return Object.entries(BUDGETS).map(
    ([suite, minutes]) => `long suite: ${suite}, from seed ${SEED} on, at most ${minutes} min`,
  );
}
