// Heartbeats, from the machine and from the application. One update of the pulse checks and
// records; one call tells the engine. The reply says until when to carry on, or to stop.

import type { ConsumerId, LeaseId } from '../core/ids.ts';
import type { Lease } from '../core/lease.ts';
import { isOver } from '../core/lease.ts';
import { lastCountingBeat, type NodeFacts, type Pulse } from '../core/pulse.ts';
import { between, type EpochMs } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Beat, LeaseStore, PulseStore } from '../ports/stores.ts';
import type { Workflow } from '../ports/workflow.ts';

export type HeartbeatPorts = {
  readonly leases: LeaseStore;
  readonly pulses: PulseStore;
  readonly workflow: Workflow;
  readonly clock: Clock;
};

export type HeartbeatReply =
  | { readonly kind: 'carry-on'; readonly endsAt: EpochMs }
  | { readonly kind: 'stop'; readonly reason: string }
  /** Nobody has such a lease, as far as this caller may know. */
  | { readonly kind: 'unknown-lease' }
  /** The lease has no machine yet. */
  | { readonly kind: 'too-early' };

export type NodeHeartbeat = {
  readonly leaseId: LeaseId;
  readonly attempt: number;
  readonly facts: NodeFacts | null;
};
export type AppHeartbeat = { readonly leaseId: LeaseId; readonly consumer: ConsumerId };

/** A beat keeps the wait alive only while everybody who has to beat does. */
function keepsAlive(pulse: Pulse, now: EpochMs): boolean {
  const beat = lastCountingBeat(pulse);
  return beat !== null && between(beat, now) < pulse.silenceLimit;
}

async function tell(ports: HeartbeatPorts, pulse: Pulse, now: EpochMs): Promise<void> {
  if (pulse.token === null) return;
  if (pulse.wait === 'ready' && pulse.readyAt !== null) await ports.workflow.wake(pulse.token);
  if (pulse.wait === 'serve' && keepsAlive(pulse, now)) await ports.workflow.heartbeat(pulse.token);
}

/** The ordinary beat takes one update; only a refused one reads the lease to say why. */
async function record(
  ports: HeartbeatPorts,
  beat: Beat,
  explain: (lease: Lease) => HeartbeatReply,
): Promise<HeartbeatReply> {
  const pulse = await ports.pulses.beat(beat);
  if (pulse !== 'refused') {
    await tell(ports, pulse, beat.at);
    return { kind: 'carry-on', endsAt: pulse.endsAt };
  }
  const lease = await ports.leases.get(beat.leaseId);
  return lease === null ? { kind: 'unknown-lease' } : explain(lease);
}

/** A machine's beat; the first one says that it is ready. Throws StoreDown, ProviderDown. */
export function makeRecordNodeHeartbeat(ports: HeartbeatPorts) {
  return (input: NodeHeartbeat): Promise<HeartbeatReply> => {
    const { leaseId, attempt, facts } = input;
    const beat: Beat = { leaseId, at: ports.clock.now(), by: { kind: 'node', attempt, facts } };
    return record(ports, beat, (lease) => {
      if (isOver(lease)) return { kind: 'stop', reason: lease.reason };
      return { kind: 'stop', reason: 'another machine serves this lease' };
    });
  };
}

/** An application's beat. Throws StoreDown, ProviderDown. */
export function makeRecordAppHeartbeat(ports: HeartbeatPorts) {
  return (input: AppHeartbeat): Promise<HeartbeatReply> => {
    const { leaseId, consumer } = input;
    const beat: Beat = { leaseId, at: ports.clock.now(), by: { kind: 'app', consumer } };
    return record(ports, beat, (lease) => {
      if (lease.consumer !== consumer) return { kind: 'unknown-lease' };
      return isOver(lease) ? { kind: 'stop', reason: lease.reason } : { kind: 'too-early' };
    });
  };
}
