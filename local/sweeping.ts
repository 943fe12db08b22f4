// Starts one sweep per minute, as EventBridge does for a deployed service. Two sweeps never
// overlap, also in scaled time: the interval starts when a sweep ends.

import { policy } from '../shared/core/base/policy/policy.ts';
import type { DurationMs } from '../shared/core/base/time.ts';
import type { EngineClock } from './workflow/clock.ts';

export type Sweeping = {
  /** Sweeps now and then once per interval; the policy's interval by default. */
  start(every?: DurationMs): void;
  stop(): void;
};

/** A failed sweep is logged by its handler; the next one follows. */
export function createSweeping(clock: EngineClock, sweep: () => Promise<unknown>): Sweeping {
  let cancel = (): void => undefined;
  let stopped = false;
  const run = async (every: DurationMs): Promise<void> => {
    await sweep().catch(() => undefined);
    if (!stopped) cancel = clock.at(clock.now() + every, () => void run(every));
  };
  return {
    start: (every = policy.sweep.every) => void run(every),
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}
