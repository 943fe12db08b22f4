// The reply to a heartbeat, and whether the heartbeat keeps the workflow waiting or wakes it. The
// reply has the end of the lease, or tells the instance to stop.

import type { ConsumerId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { after, between, type DurationMs, type EpochMs } from '../base/time.ts';
import { lastCountingHeartbeat, type Pulse } from '../instance/pulse.ts';
import { judgeIdle } from './idle.ts';
import { isOver, type Lease } from './lease.ts';

/**
 * Why a heartbeat did not count: its lease is over, it was recorded before, or it came from another
 * sender.
 */
export type HeartbeatFault = 'heartbeat-late' | 'heartbeat-replayed' | 'heartbeat-foreign';

export type HeartbeatReply =
  | {
      readonly kind: 'carry-on';
      readonly endsAt: EpochMs;
      readonly left: DurationMs;
      /** The sender counts as silent without another heartbeat by then. */
      readonly nextBy: EpochMs;
    }
  | { readonly kind: 'stop'; readonly reason: string }
  /** This heartbeat, or a newer one, was recorded before. */
  | { readonly kind: 'replayed' }
  /** The caller has no such lease. */
  | { readonly kind: 'unknown-lease' }
  /** The lease has no instance yet. */
  | { readonly kind: 'too-early' };

/** The reply to a heartbeat that was recorded. */
export const carryOn = ({ endsAt, silenceLimit }: Pulse, now: EpochMs): HeartbeatReply => ({
  kind: 'carry-on',
  endsAt,
  left: between(now, endsAt),
  nextBy: after(now, silenceLimit),
});

/**
 * A heartbeat keeps the wait alive only while all required senders send heartbeats. It restarts the
 * silence limit of the wait, so the heartbeat that counts must not be much older than this one.
 */
function keepsAlive(pulse: Pulse, now: EpochMs): boolean {
  const heartbeat = lastCountingHeartbeat(pulse);
  return heartbeat !== null && between(heartbeat, now) <= policy.heartbeat.freshFor;
}

/** What a recorded heartbeat does to the parked wait; `none` when nothing is parked. */
export function effectOnWait(pulse: Pulse, now: EpochMs): 'wake' | 'heartbeat' | 'none' {
  switch (pulse.wait) {
    case 'ready':
      return pulse.readyAt === null ? 'none' : 'wake';
    case 'serve':
      // Idle long enough to warn or end: the Judge step decides.
      if (judgeIdle(pulse, pulse.idleWarned, now).kind !== 'busy') return 'wake';
      return keepsAlive(pulse, now) ? 'heartbeat' : 'none';
    case null:
      return 'none';
  }
}

/** The reply to a refused heartbeat, and the fault to count; null counts none. */
export type Refusal = { readonly reply: HeartbeatReply; readonly fault: HeartbeatFault | null };

/** The refusal for every heartbeat of an ending or ended lease; null for an open one. */
export function refuseLateHeartbeat(lease: Lease): Refusal | null {
  if (!isOver(lease)) return null;
  return { reply: { kind: 'stop', reason: lease.reason }, fault: 'heartbeat-late' };
}

/**
 * The refusal for a heartbeat of `attempt`. `serving` is the attempt that may send heartbeats; 0
 * when none may.
 */
export function refuseNodeHeartbeat(attempt: number, serving: number): Refusal {
  if (serving === attempt) return { reply: { kind: 'replayed' }, fault: 'heartbeat-replayed' };
  const fault = 'heartbeat-foreign';
  // A stop makes an instance destroy itself, so an attempt that is not recorded here yet gets
  // `too-early`.
  if (serving < attempt) return { reply: { kind: 'too-early' }, fault };
  return { reply: { kind: 'stop', reason: 'this lease now uses another instance' }, fault };
}

/** The refusal for a heartbeat of this consumer's application. */
export function refuseAppHeartbeat(lease: Lease, consumer: ConsumerId): Refusal {
  if (lease.consumer !== consumer) {
    return { reply: { kind: 'unknown-lease' }, fault: 'heartbeat-foreign' };
  }
  return refuseLateHeartbeat(lease) ?? { reply: { kind: 'too-early' }, fault: null };
}
