// Slows a clock that runs faster than this computer can work, so that no lease fails because calls
// take long in its time. It must never end or delay a call itself.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Origin, ScaledClock } from './workflow/clock.ts';

/** A call of a function; `since` is null while it only waits for time. */
type Work = { since: number | null };

export type Pace = {
  /** Counts a call as work until it ends. */
  work<Result>(run: () => Promise<Result>): Promise<Result>;
  /** Runs a wait for time: the call that waits is no work meanwhile. */
  rest(wait: () => Promise<void>): Promise<void>;
  close(): void;
};

export type PaceOptions = {
  readonly clock: ScaledClock;
  /** How many times as fast as real time it runs when this computer keeps up. */
  readonly scale: number;
  readonly onScale: (origin: Origin) => void;
  /** Is called with a message when time slows down, and when it is as fast as before again. */
  readonly onChange: (message: string) => void;
};

/** The longest time for a call without a wait, on the clock: half of what the shortest step has. */
const MAX_WORK_MS = 30_000;
/** Real times: between two checks; before a scale is lowered again; before it is raised. */
const CHECK_MS = 50;
const LOWER_AFTER_MS = 100;
const RAISE_AFTER_MS = 500;
/** Down quickly, so that the call stays within its limits; up in steps. */
const LOWER_FACTOR = 4;
const RAISE_FACTOR = 2;

/** Watches the calls of a service, and lowers the scale of its clock while they take too long. */
export function createPace({ clock, scale: full, onScale, onChange }: PaceOptions): Pace {
  const running = new AsyncLocalStorage<Work>();
  const works = new Set<Work>();
  let scale = full;
  let changedAt = clock.realNow();
  let checkedAt = clock.now();

  const change = (next: number): void => {
    const [before, now] = [scale, clock.realNow()];
    scale = next;
    changedAt = now;
    onScale(clock.setScale(next));
    if (before === full)
      onChange(`this computer is too slow for ${full} times real time: time slows down`);
    if (next === full) onChange(`time runs at ${full} times real time again`);
  };
  const check = (): void => {
    const now = clock.now();
    // A late check means that nothing could run meanwhile.
    const since = [...works].reduce((first, work) => Math.min(first, work.since ?? now), checkedAt);
    checkedAt = now;
    const unchangedFor = clock.realNow() - changedAt;
    if (now - since > MAX_WORK_MS) {
      if (scale > 1 && unchangedFor >= LOWER_AFTER_MS) change(Math.max(1, scale / LOWER_FACTOR));
    } else if (scale < full && unchangedFor >= RAISE_AFTER_MS) {
      change(Math.min(full, scale * RAISE_FACTOR));
    }
  };
  const timer = setInterval(check, CHECK_MS).unref();

  return {
    async work(run) {
      const work: Work = { since: clock.now() };
      works.add(work);
      return running.run(work, run).finally(() => works.delete(work));
    },
    async rest(wait) {
      const work = running.getStore();
      if (work === undefined) return wait();
      work.since = null;
      await wait();
      work.since = clock.now();
    },
    close: () => clearInterval(timer),
  };
}
