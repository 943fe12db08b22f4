// What an instance used beside time: bytes, and time in which it was idle. Its pulse counts them
// while it lives; when it is destroyed they are frozen into its attempt, so that what it cost can
// be computed from the lease alone for good.

import * as z from 'zod/mini';
import { between, EpochMs } from '../base/time.ts';
import { ByteCount, type Pulse } from './pulse.ts';

export const Usage = z.object({
  /** As the instance counted them; null when it never said. */
  bytes: z.nullable(ByteCount),
  /** Since when it was idle to the end; null when it was busy, or nobody asked. */
  idleSince: z.nullable(EpochMs),
});
export type Usage = z.infer<typeof Usage>;

/** What is known of an instance when it is over. */
export type LastKnown = {
  /** Null when no pulse of this instance is left. */
  readonly usage: Usage | null;
  /** When it was known to exist, by whatever saw it. */
  readonly seenAt: readonly EpochMs[];
};

/** What a running instance has used so far, by its attempt's number. */
export type LiveUsage = { readonly attempt: number; readonly usage: Usage };

const added = (a: ByteCount | null, b: ByteCount): ByteCount =>
  a === null ? b : [a[0] + b[0], a[1] + b[1]];

function idleSince({ idle, quiet, nodeHeartbeatAt, nodeHeartbeatNumber }: Pulse): EpochMs | null {
  if (idle === null || quiet === null || nodeHeartbeatAt === null) return null;
  const lasts =
    quiet.through === nodeHeartbeatNumber && between(quiet.since, nodeHeartbeatAt) >= idle.window;
  return lasts ? quiet.since : null;
}

/** What the instance that heartbeats has used so far. */
export function liveUsage(pulse: Pulse): LiveUsage {
  const { attempt, bytes, bytesCarried } = pulse;
  const all = bytes === null ? bytesCarried : added(bytesCarried, bytes);
  return { attempt, usage: { bytes: all, idleSince: idleSince(pulse) } };
}

/**
 * What must be carried over now that counters started again: those of the heartbeat before, where
 * the heartbeat just recorded counts less. Null when they go on. Each counter is judged by itself.
 */
export function carriedBytes({ bytes, bytesBefore, bytesCarried }: Pulse): ByteCount | null {
  if (bytes === null || bytesBefore === null) return null;
  const received = bytes[0] < bytesBefore[0] ? bytesBefore[0] : 0;
  const sent = bytes[1] < bytesBefore[1] ? bytesBefore[1] : 0;
  return received + sent === 0 ? null : added(bytesCarried, [received, sent]);
}
