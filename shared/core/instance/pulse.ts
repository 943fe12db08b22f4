// A lease's pulse: who was last heard and where a waiting execution can be reached. It is kept
// apart from the lease and under 1 KB, so that one small update checks and records a heartbeat.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId } from '../base/ids.ts';
import {
  before,
  between,
  DurationMs,
  durationMs,
  EpochMs,
  earliest,
  latest,
} from '../base/time.ts';
import { Idle, IdleWarning, Quiet } from './quiet.ts';
import { Telemetry } from './telemetry.ts';

/** Whose heartbeat counts: the instance's, the application's, or both. */
export const Liveness = z.enum(['node', 'app', 'both', 'auto']);
export type Liveness = z.infer<typeof Liveness>;

const fact = (most: number) => z._default(z.nullable(z.string().check(z.maxLength(most))), null);

/** What an instance says of itself when it is ready. Null, or left out, where it can't say. */
export const NodeFacts = z.object({
  sshHostKey: fact(250),
  gpuName: fact(80),
  gpuCount: z._default(z.nullable(z.int()), null),
  driver: fact(40),
});
export type NodeFacts = z.infer<typeof NodeFacts>;

/** Bytes that an instance received and sent. A pair, since a pulse has to be small. */
export const ByteCount = z.tuple([z.int(), z.int()]);
export type ByteCount = z.infer<typeof ByteCount>;

/** Which wait of the workflow the parked token belongs to. */
const Wait = z.enum(['ready', 'serve']);
type Wait = z.infer<typeof Wait>;

export const Pulse = z.object({
  leaseId: LeaseId,
  consumer: ConsumerId,
  /** The attempt whose instance may send heartbeats. */
  attempt: z.int(),
  liveness: Liveness,
  silenceLimit: DurationMs,
  /** What the lease calls idle; null when it is never looked for. */
  idle: z._default(z.nullable(Idle), null),
  /** When the lease ends, as far as it is known: instances are told with every reply. */
  endsAt: EpochMs,
  over: z.boolean(),
  wait: z.nullable(Wait),
  waitNumber: z.int(),
  token: z.nullable(z.string()),
  readyAt: z.nullable(EpochMs),
  nodeHeartbeatAt: z.nullable(EpochMs),
  /** Of the instance's last heartbeat: only a greater one is heard. */
  nodeHeartbeatNumber: z._default(z.nullable(z.int()), null),
  appHeartbeatAt: z.nullable(EpochMs),
  /** When the application last said that it is busy, or heartbeat without a word about it. */
  appBusyAt: z._default(z.nullable(EpochMs), null),
  facts: z.nullable(NodeFacts),
  /** Of the instance's last heartbeat. */
  telemetry: z._default(z.nullable(Telemetry), null),
  /** Counters of the instance's last heartbeat that told them, and of the one before that. */
  bytes: z._default(z.nullable(ByteCount), null),
  bytesBefore: z._default(z.nullable(ByteCount), null),
  /** What earlier counters had counted when they started again. */
  bytesCarried: z._default(z.nullable(ByteCount), null),
  quiet: z._default(z.nullable(Quiet), null),
  /** The last warning of idleness, as far as it is known here: the lease has it for certain. */
  idleWarned: z._default(z.nullable(IdleWarning), null),
  /** A silence was noticed: nobody ends the lease for it before this second look. */
  silenceLookAt: z._default(z.nullable(EpochMs), null),
});
export type Pulse = z.infer<typeof Pulse>;

/** What a launch gives the pulse. A newer attempt's pulse takes the place of an older one's. */
export type PulseStart = Pick<
  Pulse,
  'leaseId' | 'consumer' | 'attempt' | 'liveness' | 'silenceLimit' | 'idle' | 'endsAt'
>;

/** The token of a wait, with what the pulse has to know while it is parked. */
export type Parking = {
  readonly leaseId: LeaseId;
  /** Of the execution that waits: a replaced one must not overwrite its successor's token. */
  readonly generation: number;
  readonly attempt: number;
  readonly wait: Wait;
  readonly token: string;
  readonly endsAt: EpochMs;
  readonly idleWarned: IdleWarning | null;
};

const earlier = (a: EpochMs | null, b: EpochMs | null): EpochMs | null =>
  a === null || b === null ? null : a < b ? a : b;

/**
 * When the party that has to send heartbeats was last heard; null when it never was. `auto` means
 * the application once it has sent a heartbeat, else the instance.
 */
export function lastCountingHeartbeat(pulse: Pulse): EpochMs | null {
  switch (pulse.liveness) {
    case 'node':
      return pulse.nodeHeartbeatAt;
    case 'app':
      return pulse.appHeartbeatAt;
    case 'both':
      return earlier(pulse.nodeHeartbeatAt, pulse.appHeartbeatAt);
    case 'auto':
      return pulse.appHeartbeatAt ?? pulse.nodeHeartbeatAt;
  }
}

/**
 * Since when the instance has been running: by its own count of seconds at its last heartbeat,
 * since it may have taken a while before it was ready; else since it was ready. Never before
 * `createdAt`.
 */
export function runningSince(pulse: Pulse, createdAt: EpochMs): EpochMs | null {
  const { readyAt, nodeHeartbeatAt, telemetry } = pulse;
  const uptime = telemetry?.uptimeSeconds ?? null;
  if (readyAt === null || nodeHeartbeatAt === null || uptime === null || uptime < 0) return readyAt;
  const most = between(createdAt, latest(createdAt, nodeHeartbeatAt));
  return earliest(readyAt, before(nodeHeartbeatAt, durationMs(Math.min(uptime * 1_000, most))));
}

/**
 * How long the lease has been silent at `now`, counted from `since` when nobody ever send
 * heartbeats.
 */
export function silentFor(pulse: Pulse | null, since: EpochMs, now: EpochMs): DurationMs {
  const heartbeat = pulse === null ? null : lastCountingHeartbeat(pulse);
  return between(heartbeat !== null && heartbeat > since ? heartbeat : since, now);
}
