// The clock of a simulator in its own process: real time, or scaled time whose origin is in a file
// that the service also reads. The service may change how fast time runs.

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
  /** Continues with the origin in the text, as the service writes it. */
  readonly follow: (origin: string) => void;
};

/** The longest timeout of the platform. A timer that fires early is set again by its caller. */
const maxTimerMs = 2 ** 31 - 1;

/** Time is `simStart` at the real instant `realStart` and runs `scale` times as fast. */
export function createClock(first = { realStart: 0, simStart: 0, scale: 1 }): Clock {
  let origin = first;
  const now = (): number =>
    Math.floor(origin.simStart + (Date.now() - origin.realStart) * origin.scale);
  const timers = new Set<() => void>();
  return {
    now,
    after: (ms, run) => {
      const at = now() + ms;
      let timer: NodeJS.Timeout | undefined;
      const fire = (): void => {
        timers.delete(arm);
        run();
      };
      const arm = (): void => {
        clearTimeout(timer);
        const realMs = Math.ceil((at - now()) / origin.scale);
        timer = setTimeout(fire, Math.min(Math.max(realMs, 0), maxTimerMs)).unref();
      };
      timers.add(arm);
      arm();
      return () => {
        timers.delete(arm);
        clearTimeout(timer);
      };
    },
    follow: (text) => {
      origin = Origin.parse(JSON.parse(text));
      for (const arm of timers) arm();
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
