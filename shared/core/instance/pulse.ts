// The pulse of a lease: its last heartbeats, and the task token of a waiting execution. It is
// stored apart from the lease and stays under 1 KB, so that one small update checks and records a
// heartbeat.

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

/**
 * Who must be silent for a lease to end as silent: the instance (`node`), the application (`app`),
 * either of the two (`both`), or with `auto` the instance and, once it has sent a heartbeat, the
 * application.
 */
export const Liveness = z.enum(['node', 'app', 'both', 'auto']);
export type Liveness = z.infer<typeof Liveness>;

const fact = (most: number) => z._default(z.nullable(z.string().check(z.maxLength(most))), null);

/** What an instance reports about itself when it is ready. Null or missing when unknown. */
export const NodeFacts = z.object({
  sshHostKey: fact(250),
  gpuName: fact(80),
  gpuCount: z._default(z.nullable(z.int()), null),
  driver: fact(40),
});
export type NodeFacts = z.infer<typeof NodeFacts>;

/** Bytes that an instance received and sent. A pair, because a pulse must be small. */
export const ByteCount = z.tuple([z.int(), z.int()]);
export type ByteCount = z.infer<typeof ByteCount>;

/** The wait that the parked token belongs to. */
const Wait = z.enum(['ready', 'serve']);
type Wait = z.infer<typeof Wait>;

export const Pulse = z.object({
  leaseId: LeaseId,
  consumer: ConsumerId,
  /** The attempt whose instance may send heartbeats. */
  attempt: z.int(),
  liveness: Liveness,
  silenceLimit: DurationMs,
  /** What counts as idle for this lease; null when idleness is not watched. */
  idle: z._default(z.nullable(Idle), null),
  /** The end of the lease as of the last parking. Every heartbeat reply contains it. */
  endsAt: EpochMs,
  over: z.boolean(),
  wait: z.nullable(Wait),
  waitNumber: z.int(),
  token: z.nullable(z.string()),
  readyAt: z.nullable(EpochMs),
  nodeHeartbeatAt: z.nullable(EpochMs),
  /** The number of the instance's last heartbeat: only a greater one is accepted. */
  nodeHeartbeatNumber: z._default(z.nullable(z.int()), null),
  appHeartbeatAt: z.nullable(EpochMs),
  /** When the application last reported busy, or sent a heartbeat without `busy`. */
  appBusyAt: z._default(z.nullable(EpochMs), null),
  facts: z.nullable(NodeFacts),
  /** The telemetry of the instance's last heartbeat. */
  telemetry: z._default(z.nullable(Telemetry), null),
  /** When this attempt's pulse started, and the speed of its instance's link, if known. */
  startedAt: z._default(z.nullable(EpochMs), null),
  linkMbps: z._default(z.nullable(z.int()), null),
  /** Byte counters of the last heartbeat that reported them, and of the one before. */
  bytes: z._default(z.nullable(ByteCount), null),
  bytesAt: z._default(z.nullable(EpochMs), null),
  bytesBefore: z._default(z.nullable(ByteCount), null),
  bytesBeforeAt: z._default(z.nullable(EpochMs), null),
  /** What to add to the counters: after a reset, or after a rise that their link can't carry. */
  bytesCarried: z._default(z.nullable(ByteCount), null),
  quiet: z._default(z.nullable(Quiet), null),
  /** The last idle warning as of the last parking; the lease has the authoritative one. */
  idleWarned: z._default(z.nullable(IdleWarning), null),
  /** A silence was recorded: the lease does not end for it before this second look. */
  silenceLookAt: z._default(z.nullable(EpochMs), null),
});
export type Pulse = z.infer<typeof Pulse>;

/** The first fields of a pulse. The pulse of a newer attempt replaces an older one. */
export type PulseStart = Pick<
  Pulse,
  | 'leaseId'
  | 'consumer'
  | 'attempt'
  | 'liveness'
  | 'silenceLimit'
  | 'idle'
  | 'endsAt'
  | 'startedAt'
  | 'linkMbps'
>;

/**
 * The place of a wait in its execution: when its state was entered, and how many of its attempts
 * had failed. A function that was called earlier and runs late must not replace a newer token.
 */
export type WaitPlace = { readonly enteredAt: EpochMs; readonly failures: number };

/** The token of a wait, and the values that the pulse has while it is parked. */
export type Parking = {
  readonly leaseId: LeaseId;
  /** The generation of the execution: an older one must not overwrite a newer token. */
  readonly generation: number;
  readonly place: WaitPlace;
  readonly attempt: number;
  readonly wait: Wait;
  readonly token: string;
  readonly endsAt: EpochMs;
  readonly idleWarned: IdleWarning | null;
};

const earlier = (a: EpochMs | null, b: EpochMs | null): EpochMs | null =>
  a === null || b === null ? null : earliest(a, b);

const later = (a: EpochMs | null, b: EpochMs | null): EpochMs | null =>
  a === null || b === null ? (a ?? b) : latest(a, b);

/** When the last heartbeat arrived that counts; null before the first. */
export function lastCountingHeartbeat(pulse: Pulse): EpochMs | null {
  switch (pulse.liveness) {
    case 'node':
      return pulse.nodeHeartbeatAt;
    case 'app':
      return pulse.appHeartbeatAt;
    case 'both':
      return earlier(pulse.nodeHeartbeatAt, pulse.appHeartbeatAt);
    case 'auto':
      return later(pulse.nodeHeartbeatAt, pulse.appHeartbeatAt);
  }
}

/** Whether the instance or its application has ever sent a heartbeat. */
export const hasHeartbeats = ({ nodeHeartbeatAt, appHeartbeatAt }: Pulse): boolean =>
  nodeHeartbeatAt !== null || appHeartbeatAt !== null;

/**
 * Since when the instance has been running: by the uptime of its last heartbeat, because it may run
 * for a while before it is ready; else since it was ready. Never before `createdAt`.
 */
export function runningSince(pulse: Pulse, createdAt: EpochMs): EpochMs | null {
  const { readyAt, nodeHeartbeatAt, telemetry } = pulse;
  const uptime = telemetry?.uptimeSeconds ?? null;
  if (readyAt === null || nodeHeartbeatAt === null || uptime === null || uptime < 0) return readyAt;
  const most = between(createdAt, latest(createdAt, nodeHeartbeatAt));
  return earliest(readyAt, before(nodeHeartbeatAt, durationMs(Math.min(uptime * 1_000, most))));
}

/** How long the lease has been silent at `now`, counted from `since` before the first heartbeat. */
export function silentFor(pulse: Pulse | null, since: EpochMs, now: EpochMs): DurationMs {
  const heartbeat = pulse === null ? null : lastCountingHeartbeat(pulse);
  return between(heartbeat !== null && heartbeat > since ? heartbeat : since, now);
}
