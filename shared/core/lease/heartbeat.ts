// What a heartbeat is answered, and whether it keeps the workflow waiting or wakes it. The reply
// says until when to carry on, or to stop.

import type { ConsumerId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { between, type DurationMs, type EpochMs } from '../base/time.ts';
import { lastCountingHeartbeat, type Pulse } from '../instance/pulse.ts';
import { judgeIdle } from './idle.ts';
import { isOver, type Lease } from './lease.ts';

/** Why a heartbeat did not count: its lease is over, it came before, or it is another's. */
export type HeartbeatFault = 'heartbeat-late' | 'heartbeat-replayed' | 'heartbeat-foreign';

export type HeartbeatReply =
  | { readonly kind: 'carry-on'; readonly endsAt: EpochMs; readonly left: DurationMs }
  | { readonly kind: 'stop'; readonly reason: string }
  /** This heartbeat, or a newer one, was recorded before. */
  | { readonly kind: 'replayed' }
  /** Nobody has such a lease, as far as this caller may know. */
  | { readonly kind: 'unknown-lease' }
  /** The lease has no instance yet. */
  | { readonly kind: 'too-early' };

/** The reply to a heartbeat that was recorded. */
export const carryOn = ({ endsAt }: Pulse, now: EpochMs): HeartbeatReply => ({
  kind: 'carry-on',
  endsAt,
  left: between(now, endsAt),
});

/**
 * A heartbeat keeps the wait alive only while everybody who has to send heartbeats does. It gives
 * the wait its whole silence limit again, so the heartbeat that counts may not be much older than
 * this one.
 */
function keepsAlive(pulse: Pulse, now: EpochMs): boolean {
  const heartbeat = lastCountingHeartbeat(pulse);
  return heartbeat !== null && between(heartbeat, now) <= policy.heartbeat.freshFor;
}

/** What a recorded heartbeat does to the wait that is parked: nothing when none is. */
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

/** The reply to a heartbeat that was refused, and what to count it as; null: nothing is wrong. */
export type Refusal = { readonly reply: HeartbeatReply; readonly fault: HeartbeatFault | null };

/** Why no heartbeat of this lease counts any more; null while it is not over. */
export function refuseLateHeartbeat(lease: Lease): Refusal | null {
  if (!isOver(lease)) return null;
  return { reply: { kind: 'stop', reason: lease.reason }, fault: 'heartbeat-late' };
}

/**
 * Why a heartbeat of `attempt` doesn't count. `serving` is the attempt that may send heartbeats; 0:
 * none may.
 */
export function refuseNodeHeartbeat(attempt: number, serving: number): Refusal {
  if (serving === attempt) return { reply: { kind: 'replayed' }, fault: 'heartbeat-replayed' };
  const fault = 'heartbeat-foreign';
  // A stop makes an instance end itself: never for what only we don't know yet.
  if (serving < attempt) return { reply: { kind: 'too-early' }, fault };
  return { reply: { kind: 'stop', reason: 'this lease now uses another instance' }, fault };
}

/** Why a heartbeat of this consumer's application doesn't count. */
export function refuseAppHeartbeat(lease: Lease, consumer: ConsumerId): Refusal {
  if (lease.consumer !== consumer) {
    return { reply: { kind: 'unknown-lease' }, fault: 'heartbeat-foreign' };
  }
  return refuseLateHeartbeat(lease) ?? { reply: { kind: 'too-early' }, fault: null };
}
