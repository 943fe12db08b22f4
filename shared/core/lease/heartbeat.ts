// What a heartbeat is answered, and whether it keeps the workflow waiting or wakes it. The reply
// says until when to carry on, or to stop.

import type { ConsumerId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { between, type DurationMs, type EpochMs } from '../base/time.ts';
import { lastCountingBeat, type Pulse } from '../instance/pulse.ts';
import { judgeIdle } from './idle.ts';
import { isOver, type Lease } from './lease.ts';

/** Why a beat did not count: its lease is over, it came before, or it is another's. */
export type BeatFault = 'heartbeat-late' | 'heartbeat-replayed' | 'heartbeat-foreign';

export type HeartbeatReply =
  | { readonly kind: 'carry-on'; readonly endsAt: EpochMs; readonly left: DurationMs }
  | { readonly kind: 'stop'; readonly reason: string }
  /** This beat, or a newer one, was recorded before. */
  | { readonly kind: 'replayed' }
  /** Nobody has such a lease, as far as this caller may know. */
  | { readonly kind: 'unknown-lease' }
  /** The lease has no instance yet. */
  | { readonly kind: 'too-early' };

/** The reply to a beat that was recorded. */
export const carryOn = ({ endsAt }: Pulse, now: EpochMs): HeartbeatReply => ({
  kind: 'carry-on',
  endsAt,
  left: between(now, endsAt),
});

/**
 * A beat keeps the wait alive only while everybody who has to beat does. It gives the wait its
 * whole silence limit again, so the beat that counts may not be much older than this one.
 */
function keepsAlive(pulse: Pulse, now: EpochMs): boolean {
  const beat = lastCountingBeat(pulse);
  return beat !== null && between(beat, now) <= policy.heartbeat.freshFor;
}

/** What a recorded beat does to the wait that is parked: nothing when none is. */
export function effectOnWait(pulse: Pulse, now: EpochMs): 'wake' | 'heartbeat' | 'none' {
  switch (pulse.wait) {
    case 'ready':
      return pulse.readyAt === null ? 'none' : 'wake';
    case 'serve':
      // Idle for long enough: Judge looks at it and decides what follows.
      if (judgeIdle(pulse, pulse.idleWarned, now).kind !== 'busy') return 'wake';
      return keepsAlive(pulse, now) ? 'heartbeat' : 'none';
    case null:
      return 'none';
  }
}

/** The reply to a beat that was refused, and what to count it as; null: nothing is wrong. */
export type Refusal = { readonly reply: HeartbeatReply; readonly fault: BeatFault | null };

/** Why no beat of this lease counts any more; null while it is not over. */
export function refuseLateBeat(lease: Lease): Refusal | null {
  if (!isOver(lease)) return null;
  return { reply: { kind: 'stop', reason: lease.reason }, fault: 'heartbeat-late' };
}

/** Why a beat of `attempt` doesn't count. `serving` is the attempt that may beat; 0: none may. */
export function refuseNodeBeat(attempt: number, serving: number): Refusal {
  if (serving === attempt) return { reply: { kind: 'replayed' }, fault: 'heartbeat-replayed' };
  const fault = 'heartbeat-foreign';
  // A stop makes an instance end itself: never for what only we don't know yet.
  if (serving < attempt) return { reply: { kind: 'too-early' }, fault };
  return { reply: { kind: 'stop', reason: 'another instance serves this lease' }, fault };
}

/** Why a beat of this consumer's application doesn't count. */
export function refuseAppBeat(lease: Lease, consumer: ConsumerId): Refusal {
  if (lease.consumer !== consumer) {
    return { reply: { kind: 'unknown-lease' }, fault: 'heartbeat-foreign' };
  }
  return refuseLateBeat(lease) ?? { reply: { kind: 'too-early' }, fault: null };
}
