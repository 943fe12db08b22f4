// A lease is not ended at the first sight of its silence: it is noticed, counted, and looked at
// again. When a crowd of leases fell silent in between, our own ears are the likelier trouble, and
// none of them ends for it; deadlines bind all the same.

import { between, type DurationMs, type EpochMs } from '../base/time.ts';
import type { Pulse } from '../instance/pulse.ts';

/** How long the second look at a silence is still ahead; null when none is. */
export function untilLook(pulse: Pulse | null, now: EpochMs): DurationMs | null {
  const at = pulse?.silenceLookAt ?? null;
  return at === null || at <= now ? null : between(now, at);
}

/** Whether this silence, which began at `since`, was noticed before. */
export function isNoticed({ silenceLookAt }: Pulse, since: EpochMs): boolean {
  return silenceLookAt !== null && silenceLookAt > since;
}
