// The clock of a simulator in its own process: real time, or scaled time whose origin is in a file
// that the service also reads.

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
  /** Calls `run` once after `ms` simulated milliseconds or slightly later; returns a cancel. */
  readonly after: (ms: number, run: () => void) => () => void;
};

/** The longest timeout of the platform. A timer that fires early is set again by its caller. */
const maxTimerMs = 2 ** 31 - 1;

/** Time is `simStart` at the real instant `realStart` and runs `scale` times as fast. */
export function createClock(origin = { realStart: 0, simStart: 0, scale: 1 }): Clock {
  const { realStart, simStart, scale } = origin;
  return {
    now: () => Math.floor(simStart + (Date.now() - realStart) * scale),
    after: (ms, run) => {
      const realMs = Math.min(Math.ceil(ms / scale), maxTimerMs);
      const timer = setTimeout(run, realMs).unref();
      return () => clearTimeout(timer);
    },
  };
}

/** The clock with the origin in the file. Throws when the file is invalid. */
export function readClock(path: string): Clock {
  try {
    return createClock(Origin.parse(JSON.parse(readFileSync(path, 'utf8'))));
  } catch (cause) {
    throw new Error(`${path} must contain {"realStart", "simStart", "scale"} as numbers`, {
      cause,
    });
  }
}
