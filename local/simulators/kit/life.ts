// An instance's life as a function of the instant asked about. It must read no clock and keep no
// memory: a clock that jumps hours gives the same answers as one that ticks.

import * as z from 'zod/mini';

/** The GPU is held from `startedAt` and billed from `readyAt`, which is null if it never boots. */
export const Run = z.object({
  startedAt: z.number(),
  readyAt: z.nullable(z.number()),
  stoppedAt: z.nullable(z.number()),
});
export type Run = z.infer<typeof Run>;

export const End = z.object({ at: z.number(), kind: z.enum(['destroyed', 'vanished']) });
export type End = z.infer<typeof End>;

/** What an instance remembers of its life; instants may lie ahead. */
export type Life = { readonly createdAt: number; readonly runs: Run[]; end: End | null };

/** Whether the instance still exists: from create until its end, whatever lists say. */
export function exists({ end }: Life, now: number): boolean {
  return end === null || now < end.at;
}

/** The run under way, if any: it holds its GPUs whether it has booted or not. */
export function currentRun({ runs }: Life, now: number): Run | undefined {
  const run = runs.at(-1);
  return run !== undefined && (run.stoppedAt === null || now < run.stoppedAt) ? run : undefined;
}

/** Whether it has booted and runs: it answers on its SSH port and its GPUs are billed. */
export function isUp(life: Life, now: number): boolean {
  const readyAt = currentRun(life, now)?.readyAt ?? null;
  return exists(life, now) && readyAt !== null && now >= readyAt;
}

/** When the run stops billing its GPUs: stopped, or the instance's end, or not yet known. */
export function runEnd({ end }: Life, run: Run): number {
  return Math.min(run.stoppedAt ?? Infinity, end?.at ?? Infinity);
}

export type Lags = {
  readonly readLagMs: number;
  readonly listLagMs: number;
  readonly destroyLagMs: number;
};

/** Whether a read of this one instance finds it. */
export function isReadable(life: Life, now: number, lags: Lags): boolean {
  return now >= life.createdAt + lags.readLagMs && isRemembered(life, now, lags);
}

/** Whether lists show it; `staleMs` hides instances younger than that. */
export function isListed(life: Life, now: number, lags: Lags & { staleMs: number }): boolean {
  const from = life.createdAt + Math.max(lags.listLagMs, lags.staleMs);
  return now >= from && isRemembered(life, now, lags);
}

function isRemembered({ end }: Life, now: number, lags: Lags): boolean {
  if (end === null) return true;
  const lag = end.kind === 'destroyed' ? lags.destroyLagMs : 0;
  return now < end.at + lag;
}

/** Ends the instance at the instant, unless it ends sooner anyway. */
export function endAt(life: Life, at: number, kind: End['kind']): void {
  if (life.end === null || at < life.end.at) life.end = { at, kind };
}

/** Stops the run under way at the instant, unless it stops sooner anyway. */
export function stopAt({ runs }: Life, at: number): void {
  const run = runs.at(-1);
  if (run === undefined) return;
  run.stoppedAt = Math.min(run.stoppedAt ?? Infinity, Math.max(at, run.startedAt));
}

/** The next instant at which one of them changes by itself; Infinity if nothing is to come. */
export function nextChangeAt(lives: readonly Life[], now: number): number {
  let next = Infinity;
  for (const { runs, end } of lives) {
    const run = runs.at(-1);
    for (const at of [run?.readyAt, run?.stoppedAt, end?.at]) {
      if (at !== undefined && at !== null && at > now && at < next) next = at;
    }
  }
  return next;
}
