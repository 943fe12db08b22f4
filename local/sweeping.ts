// What EventBridge does for a deployed service: one sweep after the other, each minute. Two sweeps
// never overlap here, however fast time runs.

import { policy } from '../shared/core/base/policy/policy.ts';
import type { DurationMs } from '../shared/core/base/time.ts';
import type { EngineClock } from './workflow/clock.ts';

export type Sweeping = {
  /** Sweeps now, and then again and again, so often. */
  start(every?: DurationMs): void;
  stop(): void;
};

/** A sweep that failed has said so itself; the next one comes all the same. */
export function createSweeping(clock: EngineClock, sweep: () => Promise<unknown>): Sweeping {
  let cancel = (): void => undefined;
  let stopped = false;
  const begin = async (every: DurationMs): Promise<void> => {
    await sweep().catch(() => undefined);
    if (!stopped) cancel = clock.at(clock.now() + every, () => void begin(every));
  };
  return {
    start: (every = policy.sweep.every) => void begin(every),
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}
