// The two clocks a workflow can run on: real time, which may run faster than life, and virtual
// time, which moves only when told. Neither may ever fire a timer early.

import { setImmediate } from 'node:timers/promises';

/** Milliseconds since 1970. */
export type EngineClock = {
  now(): number;
  /** How many times as fast as real time it is; 1 by default. */
  readonly scale?: number;
  /** Calls `fire` once, when `now()` has reached `instant`, however far; returns its cancel. */
  at(instant: number, fire: () => void): () => void;
};

/**
 * The longest nap of a real timer. Timers stand still while a machine sleeps: after a nap the wall
 * clock is asked again. (Node itself fires timers beyond 24.8 days at once.)
 */
const NAP_MS = 60_000;

/**
 * Real time from `start` on, `scale` times as fast. With a scale of 1 and no `start` it is the wall
 * clock. After a restart a scaled clock falls back to its `start`: give it one beyond the last
 * instant of its journal. Timers keep the process alive unless `unref` is set.
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
      const nap = (): void => {
        const left = Math.ceil((instant - now()) / scale);
        timer = setTimeout(wake, Math.min(Math.max(left, 0), NAP_MS));
        if (unref) timer.unref();
      };
      const wake = (): void => (now() >= instant ? fire() : nap());
      nap();
      return () => clearTimeout(timer);
    },
  };
}

export type VirtualClock = EngineClock & {
  /** Moves time to the earliest timer and fires it. False when there is none. */
  next(): boolean;
  /** Moves time to `instant`, firing what falls due on the way, each after the last has settled. */
  advanceTo(instant: number): Promise<void>;
  /** The instants of the timers that are set, earliest first. */
  pending(): number[];
};

type Timer = { readonly instant: number; readonly fire: () => void };
const NEVER: Timer = { instant: Number.POSITIVE_INFINITY, fire: () => undefined };

/**
 * Time for tests. `settle` is awaited before and after each timer that `advanceTo` fires, so that
 * what one timer sets off may set the next; by default it waits for promises, not for sockets.
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
