// Heartbeats, from the machine and from the application. One update of the pulse checks and
// records; one call tells the engine. The reply says until when to carry on, or to stop. Only a
// beat that is quiet, on a lease that looks for idleness, takes a second update, and one whose
// counters began anew.

import type { ConsumerId, LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { between, type DurationMs, type EpochMs } from '../../core/base/time.ts';
import { lastCountingBeat, type NodeFacts, type Pulse } from '../../core/instance/pulse.ts';
import { quietAfter } from '../../core/instance/quiet.ts';
import type { Telemetry } from '../../core/instance/telemetry.ts';
import { carriedBytes } from '../../core/instance/usage.ts';
import { judgeIdle } from '../../core/lease/idle.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { isOver } from '../../core/lease/lease.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { Beat, PulseStore } from '../../ports/pulse-store.ts';
import type { Workflow } from '../../ports/workflow.ts';

/** Why a beat was not heard: its lease is over, it came before, or it is another's. */
export type BeatFault = 'heartbeat-late' | 'heartbeat-replayed' | 'heartbeat-foreign';

export type HeartbeatPorts = {
  readonly leases: LeaseStore;
  readonly pulses: PulseStore;
  readonly workflow: Workflow;
  readonly clock: Clock;
  readonly count: (fault: BeatFault) => void;
};

export type HeartbeatReply =
  | { readonly kind: 'carry-on'; readonly endsAt: EpochMs; readonly left: DurationMs }
  | { readonly kind: 'stop'; readonly reason: string }
  /** This beat, or a newer one, was heard before. */
  | { readonly kind: 'replayed' }
  /** Nobody has such a lease, as far as this caller may know. */
  | { readonly kind: 'unknown-lease' }
  /** The lease has no machine yet. */
  | { readonly kind: 'too-early' };

export type NodeHeartbeat = {
  readonly leaseId: LeaseId;
  readonly attempt: number;
  /** Greater with each beat of one machine. */
  readonly number: number;
  readonly facts: NodeFacts | null;
  readonly telemetry: Telemetry | null;
};
export type AppHeartbeat = {
  readonly leaseId: LeaseId;
  readonly consumer: ConsumerId;
  /** What isn't said counts as busy. */
  readonly busy: boolean;
};

/**
 * A beat keeps the wait alive only while everybody who has to beat does. It gives the wait its
 * whole silence limit again, so the beat that counts may not be much older than this one.
 */
function keepsAlive(pulse: Pulse, now: EpochMs): boolean {
  const beat = lastCountingBeat(pulse);
  return beat !== null && between(beat, now) <= policy.heartbeat.freshFor;
}

async function tell(ports: HeartbeatPorts, pulse: Pulse, now: EpochMs): Promise<void> {
  const { token, wait } = pulse;
  if (token === null) return;
  if (wait === 'ready' && pulse.readyAt !== null) await ports.workflow.wake(token);
  if (wait !== 'serve') return;
  // Idle for long enough: Judge looks at it, and says what becomes of it.
  if (judgeIdle(pulse, pulse.idleWarned, now).kind !== 'busy') await ports.workflow.wake(token);
  else if (keepsAlive(pulse, now)) await ports.workflow.heartbeat(token);
}

/** Counters that began anew: what they had counted is carried on. Otherwise nothing is written. */
async function keepCount(ports: HeartbeatPorts, pulse: Pulse): Promise<void> {
  const to = carriedBytes(pulse);
  if (to === null) return;
  const { leaseId, attempt, bytesCarried: from } = pulse;
  await ports.pulses.carryBytes({ leaseId, attempt, from, to });
}

/** The pulse with the quiet that this beat carries on; without any it is as it was recorded. */
async function listen(ports: HeartbeatPorts, pulse: Pulse, now: EpochMs): Promise<Pulse> {
  await keepCount(ports, pulse);
  const quiet = quietAfter(pulse, now);
  if (quiet === null) return pulse;
  const { leaseId, attempt } = pulse;
  await ports.pulses.keepQuiet({ leaseId, attempt, quiet });
  return { ...pulse, quiet };
}

/** The ordinary beat takes one update; only a refused one reads the lease to say why. */
async function record(
  ports: HeartbeatPorts,
  beat: Beat,
  explain: (lease: Lease) => Promise<HeartbeatReply>,
): Promise<HeartbeatReply> {
  const { at, by } = beat;
  const recorded = await ports.pulses.beat(beat);
  if (recorded !== 'refused') {
    const pulse = by.kind === 'node' ? await listen(ports, recorded, at) : recorded;
    await tell(ports, pulse, at);
    return { kind: 'carry-on', endsAt: pulse.endsAt, left: between(at, pulse.endsAt) };
  }
  const lease = await ports.leases.get(beat.leaseId);
  return lease === null ? { kind: 'unknown-lease' } : explain(lease);
}

/**
 * A machine's beat; the first one says that it is ready. Safe to repeat: a beat that was heard
 * before is refused. Throws StoreDown, ProviderDown.
 */
export function createRecordNodeHeartbeat(ports: HeartbeatPorts) {
  return ({ leaseId, ...said }: NodeHeartbeat): Promise<HeartbeatReply> => {
    const beat: Beat = { leaseId, at: ports.clock.now(), by: { kind: 'node', ...said } };
    return record(ports, beat, async (lease) => {
      if (isOver(lease)) {
        ports.count('heartbeat-late');
        return { kind: 'stop', reason: lease.reason };
      }
      const served = (await ports.pulses.get(leaseId))?.attempt ?? 0;
      if (served === said.attempt) {
        ports.count('heartbeat-replayed');
        return { kind: 'replayed' };
      }
      ports.count('heartbeat-foreign');
      // A stop makes a machine end itself: never for what only we don't know yet.
      if (served < said.attempt) return { kind: 'too-early' };
      return { kind: 'stop', reason: 'another machine serves this lease' };
    });
  };
}

/** An application's beat. Safe to repeat. Throws StoreDown, ProviderDown. */
export function createRecordAppHeartbeat(ports: HeartbeatPorts) {
  return ({ leaseId, ...said }: AppHeartbeat): Promise<HeartbeatReply> => {
    const beat: Beat = { leaseId, at: ports.clock.now(), by: { kind: 'app', ...said } };
    return record(ports, beat, async (lease) => {
      if (lease.consumer !== said.consumer) {
        ports.count('heartbeat-foreign');
        return { kind: 'unknown-lease' };
      }
      if (!isOver(lease)) return { kind: 'too-early' };
      ports.count('heartbeat-late');
      return { kind: 'stop', reason: lease.reason };
    });
  };
}
