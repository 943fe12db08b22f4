// A lease does not end when its silence is first seen: the silence is noticed, counted, and looked
// at again. When a crowd of leases fell silent in between, an outage of ours is the more likely
// cause, and none of them ends for it; deadlines bind all the same.

import { isCrowd } from '../base/crowd.ts';
import { between, type DurationMs, type EpochMs, epochMs } from '../base/time.ts';
import { type Pulse, silentFor } from '../instance/pulse.ts';
import type { Lease, LeaseIn } from './lease.ts';
import { addEvent } from './lease-moves.ts';

/** How long the second look at a silence is still ahead; null when none is. */
export function untilLook(pulse: Pulse | null, now: EpochMs): DurationMs | null {
  const at = pulse?.silenceLookAt ?? null;
  return at === null || at <= now ? null : between(now, at);
}

/** Whether this silence, which started at `since`, was noticed before. */
export function isNoticed({ silenceLookAt }: Pulse, since: EpochMs): boolean {
  return silenceLookAt !== null && silenceLookAt > since;
}

/** When the lease had been silent for as long as it may. */
export function limitPassedAt(lease: LeaseIn<'active'>, pulse: Pulse, now: EpochMs): EpochMs {
  return epochMs(now - silentFor(pulse, lease.activeAt, now) + lease.terms.silenceLimit);
}

/** How many of the open leases fell silent together, in words; null when they are no crowd. */
export function silentCrowd(silences: number, open: number): string | null {
  if (!isCrowd(silences, open)) return null;
  return `${silences} of ${open} leases became silent at the same time`;
}

/** Says on a serving lease that it does not end for its silence yet. */
export function recordHeldSilence(lease: Lease, crowd: string, now: EpochMs): Lease {
  if (lease.state !== 'active') return lease;
  const reason = `${crowd}: this lease does not end for its silence yet`;
  return addEvent(lease, { type: 'silence-held', reason }, now);
}
