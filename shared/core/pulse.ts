// A lease's pulse: who was last heard and where a waiting execution can be reached. It is kept
// apart from the lease and under 1 KB, so that one small update checks and records a heartbeat.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId } from './ids.ts';
import { between, DurationMs, EpochMs } from './time.ts';

/** Whose beat counts: the machine's, the application's, or both. */
export const Liveness = z.enum(['node', 'app', 'both', 'auto']);
export type Liveness = z.infer<typeof Liveness>;

/** What a machine says of itself when it is ready. Null where it can't say. */
export const NodeFacts = z.object({
  sshHostKey: z.nullable(z.string()),
  gpuName: z.nullable(z.string()),
  gpuCount: z.nullable(z.int()),
  driver: z.nullable(z.string()),
});
export type NodeFacts = z.infer<typeof NodeFacts>;

/** Which wait of the workflow the parked token belongs to. */
export const Wait = z.enum(['ready', 'serve']);
export type Wait = z.infer<typeof Wait>;

export const Pulse = z.object({
  leaseId: LeaseId,
  consumer: ConsumerId,
  /** The attempt whose machine may beat. */
  attempt: z.int(),
  liveness: Liveness,
  silenceLimit: DurationMs,
  /** When the lease ends, as far as it is known: machines are told with every reply. */
  endsAt: EpochMs,
  over: z.boolean(),
  wait: z.nullable(Wait),
  waitNumber: z.int(),
  token: z.nullable(z.string()),
  readyAt: z.nullable(EpochMs),
  nodeBeatAt: z.nullable(EpochMs),
  appBeatAt: z.nullable(EpochMs),
  facts: z.nullable(NodeFacts),
});
export type Pulse = z.infer<typeof Pulse>;

const earlier = (a: EpochMs | null, b: EpochMs | null): EpochMs | null =>
  a === null || b === null ? null : a < b ? a : b;

/**
 * When the party that has to beat was last heard; null when it never was. `auto` means the
 * application once it has beaten, else the machine.
 */
export function lastCountingBeat(pulse: Pulse): EpochMs | null {
  switch (pulse.liveness) {
    case 'node':
      return pulse.nodeBeatAt;
    case 'app':
      return pulse.appBeatAt;
    case 'both':
      return earlier(pulse.nodeBeatAt, pulse.appBeatAt);
    case 'auto':
      return pulse.appBeatAt ?? pulse.nodeBeatAt;
  }
}

/** How long the lease has been silent at `now`, counted from `since` when nobody ever beat. */
export function silentFor(pulse: Pulse | null, since: EpochMs, now: EpochMs): DurationMs {
  const beat = pulse === null ? null : lastCountingBeat(pulse);
  return between(beat !== null && beat > since ? beat : since, now);
}
