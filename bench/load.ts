// The one load generator: a fixed number of callers, each with one request under way at a time.
// Both sides of a ratio are driven by it, in turns and in one run.

/** The nth request of a load. Rejects when it isn't answered as it should be. */
export type Request = (nth: number) => Promise<unknown>;

/** Connections under way at once: more than the cores, so that no side ever waits for the load. */
export const CALLERS = 16;

const WARM_UP_MS = 1_500;
const ROUND_MS = 2_000;
const ROUNDS = 5;

/** Requests answered in a second, over `ms` milliseconds. */
async function rateOf(request: Request, ms: number): Promise<number> {
  const from = performance.now();
  let asked = 0;
  let answered = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() - from < ms) {
      asked += 1;
      await request(asked);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return answered / ((performance.now() - from) / 1_000);
}

/**
 * How many times the rate of `bare` `ours` has. Both are warmed up, then take turns; the best round
 * of each counts, since whatever else the instance does only ever takes from a rate.
 */
export async function ratioOf(ours: Request, bare: Request): Promise<number> {
  const best = { ours: 0, bare: 0 };
  await rateOf(ours, WARM_UP_MS);
  await rateOf(bare, WARM_UP_MS);
  for (let round = 1; round <= ROUNDS; round += 1) {
    best.ours = Math.max(best.ours, await rateOf(ours, ROUND_MS));
    best.bare = Math.max(best.bare, await rateOf(bare, ROUND_MS));
  }
  // Rounded down: a limit is met or it isn't.
  return Math.floor((100 * best.ours) / best.bare) / 100;
}
