// The two clocks of the engine: real time, which may be scaled, and virtual time, which moves only
// when a test moves it. Neither ever fires a timer early.

import { setImmediate } from 'node:timers/promises';

/** Milliseconds since 1970. */
export type EngineClock = {
  now(): number;
  /** Real time, which limits what takes real time however fast the clock runs. */
  realNow(): number;
  /** Calls `fire` once after this real time; returns the cancel. */
  afterReal(ms: number, fire: () => void): () => void;
  /** Calls `fire` once, when `now()` reaches `instant`, however far away; returns the cancel. */
  at(instant: number, fire: () => void): () => void;
};

/** Calls `work` each time so much time has passed; returns the cancel. */
export function repeatEvery(
  clock: Pick<EngineClock, 'now' | 'at'>,
  every: number,
  work: () => unknown,
): () => void {
  let cancel = (): void => undefined;
  const arm = (): void => {
    cancel = clock.at(clock.now() + every, () => {
      work();
      arm();
    });
  };
  arm();
  return () => cancel();
}

/**
 * The longest real timer. Timers stop while a computer sleeps, so the wall clock is read again
 * after each of them. Node fires timers of more than 24.8 days at once.
 */
const MAX_TIMER_MS = 60_000;

/** Time is `simStart` at the real instant `realStart` and runs `scale` times as fast. */
export type Origin = {
  readonly realStart: number;
  readonly simStart: number;
  readonly scale: number;
};

/** The exact time at the real instant. */
export const timeAt = ({ realStart, simStart, scale }: Origin, real: number): number =>
  simStart + (real - realStart) * scale;

export type ScaledClock = EngineClock & {
  /** Lets time run `scale` times as fast as real time from now on. Returns the new origin. */
  setScale(scale: number): Origin;
};

/**
 * Real time, `scale` times as fast, from `start`. With a scale of 1 and no `start` it is the wall
 * clock. A scaled clock begins at `start` again after a restart, so `start` must then be later than
 * the journal's last instant. Timers keep the process alive unless `unref` is set.
 */
export function createScaledClock(
  scale: number,
  { start, unref = false }: { start?: number; unref?: boolean } = {},
): ScaledClock {
  const realStart = Date.now();
  let origin: Origin = { realStart, simStart: start ?? realStart, scale };
  const now = (): number => Math.floor(timeAt(origin, Date.now()));
  const timers = new Set<() => void>();
  const real = (ms: number, fire: () => void): NodeJS.Timeout => {
    const timer = setTimeout(fire, ms);
    return unref ? timer.unref() : timer;
  };

  return {
    now,
    realNow: () => Date.now(),
    afterReal(ms, fire) {
      const timer = real(ms, fire);
      return () => clearTimeout(timer);
    },
    at(instant, fire) {
      let timer: NodeJS.Timeout | undefined;
      const arm = (): void => {
        clearTimeout(timer);
        const left = Math.ceil((instant - now()) / origin.scale);
        timer = real(Math.min(Math.max(left, 0), MAX_TIMER_MS), elapse);
      };
      const elapse = (): void => {
        if (now() < instant) {
          arm();
          return;
        }
        timers.delete(arm);
        fire();
      };
      timers.add(arm);
      arm();
      return () => {
        timers.delete(arm);
        clearTimeout(timer);
      };
    },
    setScale(next) {
      const at = Date.now();
      origin = { realStart: at, simStart: timeAt(origin, at), scale: next };
      for (const arm of timers) arm();
      return origin;
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

  const at = (instant: number, fire: () => void) => {
    const timer = { instant, fire };
    timers.add(timer);
    return () => timers.delete(timer);
  };

  return {
    now: () => time,
    realNow: () => time,
    at,
    afterReal: (ms, fire) => at(time + ms, fire),
    next: () => fireNext(Number.POSITIVE_INFINITY),
    async advanceTo(instant) {
      do await settle();
      while (fireNext(instant));
      time = Math.max(time, instant);
    },
    pending: () => [...timers].map((timer) => timer.instant).sort((a, b) => a - b),
  };
}
