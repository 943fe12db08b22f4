// The two clocks of the engine: real time, which may be scaled, and virtual time, which moves only
// when a test moves it. Neither ever fires a timer early.

import { setImmediate } from 'node:timers/promises';

/** Milliseconds since 1970. */
export type EngineClock = {
  now(): number;
  /** How many times as fast as real time it is; 1 by default. */
  readonly scale?: number;
  /** Calls `fire` once, when `now()` reaches `instant`, however far away; returns the cancel. */
  at(instant: number, fire: () => void): () => void;
};

/**
 * The longest real timer. Timers stop while a computer sleeps, so the wall clock is read again
 * after each of them. Node fires timers of more than 24.8 days at once.
 */
const MAX_TIMER_MS = 60_000;

/**
 * Real time, `scale` times as fast, from `start`. With a scale of 1 and no `start` it is the wall
 * clock. A scaled clock begins at `start` again after a restart, so `start` must then be later than
 * the journal's last instant. Timers keep the process alive unless `unref` is set.
 */
export function createScaledClock(
  scale: number,
  { start, unref = false }: { start?: number; unref?: boolean } = {},
): EngineClock {
  const origin = Date.now();
  const first = start ?? origin;
  const now = (): number => Math.floor(first + (Date.now() - origin) * scale);

  return {
    now,
    scale,
    at(instant, fire) {
      let timer: NodeJS.Timeout;
      const arm = (): void => {
        const left = Math.ceil((instant - now()) / scale);
        timer = setTimeout(elapse, Math.min(Math.max(left, 0), MAX_TIMER_MS));
        if (unref) timer.unref();
      };
      const elapse = (): void => (now() >= instant ? fire() : arm());
      arm();
      return () => clearTimeout(timer);
    },
  };
}

export type VirtualClock = EngineClock & {
  /** Moves time to the earliest timer and fires it. False when there is none. */
  next(): boolean;
  /** Moves time to `instant` and fires each timer that is due, after the one before has settled. */
  advanceTo(instant: number): Promise<void>;
  /** The instants of all timers, earliest first. */
  pending(): number[];
};

type Timer = { readonly instant: number; readonly fire: () => void };
const NEVER: Timer = { instant: Number.POSITIVE_INFINITY, fire: () => undefined };

/**
 * Time for tests. `advanceTo` awaits `settle` before and after each timer, so that the work of one
 * timer can set the next. By default `settle` waits for promises, not for sockets.
 */
export function createVirtualClock(
  start: number,
  settle: () => Promise<unknown> = () => setImmediate(),
): VirtualClock {
  let time = start;
  const timers = new Set<Timer>();

  const earliest = () =>
    [...timers].reduce((first, timer) => (timer.instant < first.instant ? timer : first), NEVER);
  const fireNext = (limit: number): boolean => {
    const timer = earliest();
    if (timer === NEVER || timer.instant > limit) return false;
    timers.delete(timer);
    time = Math.max(time, timer.instant);
    timer.fire();
    return true;
  };

  return {
    now: () => time,
    at(instant, fire) {
      const timer = { instant, fire };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    next: () => fireNext(Number.POSITIVE_INFINITY),
    async advanceTo(instant) {
      do await settle();
      while (fireNext(instant));
      time = Math.max(time, instant);
    },
    pending: () => [...timers].map((timer) => timer.instant).sort((a, b) => a - b),
  };
}
