// An instance's state as a function of an instant. This file must read no clock and keep no state:
// a clock that jumps hours must give the same results as one that ticks.

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

/** The recorded life of an instance; instants may be in the future. */
export type Life = { readonly createdAt: number; readonly runs: Run[]; end: End | null };

/** Whether the instance exists: from create until its end, independent of listings. */
export function exists({ end }: Life, now: number): boolean {
  return end === null || now < end.at;
}

/** The current run, if any. It holds its GPUs also before it has booted. */
export function currentRun({ runs }: Life, now: number): Run | undefined {
  const run = runs.at(-1);
  return run !== undefined && (run.stoppedAt === null || now < run.stoppedAt) ? run : undefined;
}

/** Whether it has booted and runs: its SSH port is open and its GPUs are billed. */
export function isUp(life: Life, now: number): boolean {
  const readyAt = currentRun(life, now)?.readyAt ?? null;
  return exists(life, now) && readyAt !== null && now >= readyAt;
}

/** When billing of the run's GPUs ends: its stop or the instance's end; Infinity if open. */
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
  return now >= life.createdAt + lags.readLagMs && isShown(life, now, lags);
}

/** Whether listings show it. Instances younger than `staleMs` are hidden. */
export function isListed(life: Life, now: number, lags: Lags & { staleMs: number }): boolean {
  const from = life.createdAt + Math.max(lags.listLagMs, lags.staleMs);
  return now >= from && isShown(life, now, lags);
}

/** Whether reads still show it: a destroyed instance is shown for `destroyLagMs`. */
function isShown({ end }: Life, now: number, lags: Lags): boolean {
  if (end === null) return true;
  const lag = end.kind === 'destroyed' ? lags.destroyLagMs : 0;
  return now < end.at + lag;
}

/** Ends the instance at the instant, unless it ends earlier. */
export function endAt(life: Life, at: number, kind: End['kind']): void {
  if (life.end === null || at < life.end.at) life.end = { at, kind };
}

/** Stops the current run at the instant, unless it stops earlier. */
export function stopAt({ runs }: Life, at: number): void {
  const run = runs.at(-1);
  if (run === undefined) return;
  run.stoppedAt = Math.min(run.stoppedAt ?? Infinity, Math.max(at, run.startedAt));
}

/** The next instant at which one of the instances changes; Infinity if none will. */
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
