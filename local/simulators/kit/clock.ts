// The simulator's clock when it runs as a process of its own: real time, or time that runs `scale`
// times as fast from a point on, so that another process on the same file agrees.

import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';

const Origin = z.object({
  realStart: z.number(),
  simStart: z.number(),
  scale: z.number().check(z.positive()),
});

export type Clock = {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Runs it once, so many simulated milliseconds from now or a little later; its cancel. */
  readonly after: (ms: number, run: () => void) => () => void;
};

/** The longest that a timer of the platform can wait; waking early only means setting it again. */
const timerMostMs = 2 ** 31 - 1;

/** `simStart` at the real instant `realStart`, `scale` times as fast; real time unless given. */
export function createClock(origin = { realStart: 0, simStart: 0, scale: 1 }): Clock {
  const { realStart, simStart, scale } = origin;
  return {
    now: () => Math.floor(simStart + (Date.now() - realStart) * scale),
    after: (ms, run) => {
      const realMs = Math.min(Math.ceil(ms / scale), timerMostMs);
      const timer = setTimeout(run, realMs).unref();
      return () => clearTimeout(timer);
    },
  };
}

/** The clock that a file describes. Throws when it can't be understood. */
export function readClock(path: string): Clock {
  try {
    return createClock(Origin.parse(JSON.parse(readFileSync(path, 'utf8'))));
  } catch (cause) {
    throw new Error(`${path} describes no clock`, { cause });
  }
}
