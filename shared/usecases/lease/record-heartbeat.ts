// Records heartbeats of the instance and of the application. One update of the pulse checks and
// records a heartbeat; one call notifies the workflow engine. Only a quiet heartbeat of a lease
// that watches idleness, and one whose counters need a correction, need a second update.

import type { ConsumerId, LeaseId } from '../../core/base/ids.ts';
import { between, type EpochMs } from '../../core/base/time.ts';
import type { NodeFacts, Pulse } from '../../core/instance/pulse.ts';
import { quietAfter } from '../../core/instance/quiet.ts';
import type { Telemetry } from '../../core/instance/telemetry.ts';
import { carriedBytes } from '../../core/instance/usage.ts';
import {
  carryOn,
  effectOnWait,
  type HeartbeatFault,
  type HeartbeatReply,
  type Refusal,
  refuseAppHeartbeat,
  refuseLateHeartbeat,
  refuseNodeHeartbeat,
} from '../../core/lease/heartbeat.ts';
import { extendIngest, OWN_HEARTBEATS } from '../../core/lease/ingest.ts';
import type { Lease } from '../../core/lease/lease.ts';
import type { Clock } from '../../ports/clock.ts';
import type { IngestStore } from '../../ports/ingest-store.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { Heartbeat, PulseStore } from '../../ports/pulse-store.ts';
import type { Workflow } from '../../ports/workflow.ts';

export type HeartbeatPorts = {
  readonly leases: LeaseStore;
  readonly pulses: PulseStore;
  readonly workflow: Pick<Workflow, 'wake' | 'heartbeat'>;
  readonly clock: Clock;
  readonly count: (fault: HeartbeatFault) => void;
};

export type NodeHeartbeatPorts = HeartbeatPorts & { readonly ingest: IngestStore };

export type NodeHeartbeat = {
  readonly leaseId: LeaseId;
  readonly attempt: number;
  /** Greater with each heartbeat of one instance. */
  readonly number: number;
  readonly facts: NodeFacts | null;
  readonly telemetry: Telemetry | null;
};
export type AppHeartbeat = {
  readonly leaseId: LeaseId;
  readonly consumer: ConsumerId;
  /** False when the application reports that it is not busy; missing counts as busy. */
  readonly busy: boolean;
};

async function answerWait(ports: HeartbeatPorts, pulse: Pulse, now: EpochMs): Promise<void> {
  const { token } = pulse;
  if (token === null) return;
  const effect = effectOnWait(pulse, now);
  if (effect === 'wake') await ports.workflow.wake(token);
  if (effect === 'heartbeat') await ports.workflow.heartbeat(token);
}

/** Corrects counters that were reset or that rose too fast. Otherwise writes nothing. */
async function keepCount(ports: HeartbeatPorts, pulse: Pulse): Promise<void> {
  const to = carriedBytes(pulse);
  if (to === null) return;
  const { leaseId, attempt, bytesCarried: from } = pulse;
  await ports.pulses.carryBytes({ leaseId, attempt, from, to });
}

/**
 * Extends the quiet of the pulse by this heartbeat; a heartbeat that is not quiet writes nothing.
 */
async function keepQuiet(ports: HeartbeatPorts, pulse: Pulse, now: EpochMs): Promise<Pulse> {
  const quiet = quietAfter(pulse, now);
  if (quiet === null) return pulse;
  const { leaseId, attempt } = pulse;
  await ports.pulses.keepQuiet({ leaseId, attempt, quiet });
  return { ...pulse, quiet };
}

/** An accepted heartbeat needs one update; only a refused one reads the lease for the reason. */
async function record(
  ports: HeartbeatPorts,
  heartbeat: Heartbeat,
  refuse: (lease: Lease) => Promise<Refusal>,
): Promise<HeartbeatReply> {
  const { at, by } = heartbeat;
  const recorded = await ports.pulses.heartbeat(heartbeat);
  if (recorded === 'refused') {
    const lease = await ports.leases.get(heartbeat.leaseId);
    if (lease === null) return { kind: 'unknown-lease' };
    const { reply, fault } = await refuse(lease);
    if (fault !== null) ports.count(fault);
    return reply;
  }
  if (by.kind === 'node') await keepCount(ports, recorded);
  const pulse = by.kind === 'node' ? await keepQuiet(ports, recorded, at) : recorded;
  await answerWait(ports, pulse, at);
  return carryOn(pulse, at);
}

/** Records a heartbeat of this service itself: heartbeats can reach it. */
async function recordOwn(ports: NodeHeartbeatPorts, heartbeat: Heartbeat): Promise<HeartbeatReply> {
  const { at } = heartbeat;
  // The update of any heartbeat: the store refuses it, because no lease has this id.
  await ports.pulses.heartbeat(heartbeat);
  await ports.ingest.put(extendIngest(await ports.ingest.get(), at));
  return { kind: 'carry-on', endsAt: at, left: between(at, at), nextBy: at };
}

/**
 * Records an instance's heartbeat; the first one reports that it is ready. Safe to repeat: a
 * heartbeat that was recorded before is refused. Throws StoreDown, ProviderDown.
 */
export function createRecordNodeHeartbeat(ports: NodeHeartbeatPorts) {
  return ({ leaseId, ...said }: NodeHeartbeat): Promise<HeartbeatReply> => {
    const heartbeat: Heartbeat = { leaseId, at: ports.clock.now(), by: { kind: 'node', ...said } };
    if (leaseId === OWN_HEARTBEATS) return recordOwn(ports, heartbeat);
    return record(ports, heartbeat, async (lease) => {
      const late = refuseLateHeartbeat(lease);
      if (late !== null) return late;
      return refuseNodeHeartbeat(said.attempt, (await ports.pulses.get(leaseId))?.attempt ?? 0);
    });
  };
}

/** Records an application's heartbeat. Safe to repeat. Throws StoreDown, ProviderDown. */
export function createRecordAppHeartbeat(ports: HeartbeatPorts) {
  return ({ leaseId, ...said }: AppHeartbeat): Promise<HeartbeatReply> => {
    const heartbeat: Heartbeat = { leaseId, at: ports.clock.now(), by: { kind: 'app', ...said } };
    return record(ports, heartbeat, async (lease) => refuseAppHeartbeat(lease, said.consumer));
  };
}
