// The load generator: a fixed number of callers, each with one request in progress. It drives both
// sides of a ratio, in turn and in one run.

/** The nth request of a load. Rejects for an unexpected reply. */
export type Request = (nth: number) => Promise<unknown>;

/** Concurrent requests: more than there are cores, so that the server never waits for load. */
export const CALLERS = 16;

const WARM_UP_MS = 1_500;
const ROUND_MS = 2_000;
const ROUNDS = 5;

/** Completed requests per second, over `ms` milliseconds. */
async function rateOf(request: Request, ms: number): Promise<number> {
  const from = performance.now();
  let sent = 0;
  let completed = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() - from < ms) {
      sent += 1;
      await request(sent);
      completed += 1;
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return completed / ((performance.now() - from) / 1_000);
}

/**
 * The rate of `ours` divided by the rate of `bare`. Both are warmed up, then take turns. The best
 * round of each counts, since other load on the computer only lowers a rate.
 */
export async function ratioOf(ours: Request, bare: Request): Promise<number> {
  const best = { ours: 0, bare: 0 };
  await rateOf(ours, WARM_UP_MS);
  await rateOf(bare, WARM_UP_MS);
  for (let round = 1; round <= ROUNDS; round += 1) {
    best.ours = Math.max(best.ours, await rateOf(ours, ROUND_MS));
    best.bare = Math.max(best.bare, await rateOf(bare, ROUND_MS));
  }
  // Rounded down, so that a rounded value never meets a limit that the exact value misses.
  return Math.floor((100 * best.ours) / best.bare) / 100;
}
