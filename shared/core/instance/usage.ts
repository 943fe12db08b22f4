// What an instance used besides time: bytes, and the time it was idle. The pulse counts them while
// the instance runs. At destroy they are copied to the attempt, so that the cost can be computed
// from the lease alone.

import * as z from 'zod/mini';
import { between, EpochMs } from '../base/time.ts';
import { ByteCount, type Pulse } from './pulse.ts';

export const Usage = z.object({
  /** As the instance reported them; null when it never did. */
  bytes: z.nullable(ByteCount),
  /** Since when it was idle until the end; null when it was busy, or idleness was not watched. */
  idleSince: z.nullable(EpochMs),
});
export type Usage = z.infer<typeof Usage>;

/** The last known facts about an instance. */
export type LastKnown = {
  /** Null when no pulse of this instance is left. */
  readonly usage: Usage | null;
  /** Times at which it was seen, from any source. */
  readonly seenAt: readonly EpochMs[];
};

/** What the running instance of an attempt has used so far. */
export type LiveUsage = { readonly attempt: number; readonly usage: Usage };

const added = (a: ByteCount | null, b: ByteCount): ByteCount =>
  a === null ? b : [a[0] + b[0], a[1] + b[1]];

function idleSince({ idle, quiet, nodeHeartbeatAt, nodeHeartbeatNumber }: Pulse): EpochMs | null {
  if (idle === null || quiet === null || nodeHeartbeatAt === null) return null;
  const lasts =
    quiet.through === nodeHeartbeatNumber && between(quiet.since, nodeHeartbeatAt) >= idle.window;
  return lasts ? quiet.since : null;
}

/** What the instance of this pulse has used so far. */
export function liveUsage(pulse: Pulse): LiveUsage {
  const { attempt, bytes, bytesCarried } = pulse;
  const all = bytes === null ? bytesCarried : added(bytesCarried, bytes);
  return { attempt, usage: { bytes: all, idleSince: idleSince(pulse) } };
}

/**
 * The bytes to carry over after a reset of counters: the value of the previous heartbeat, where the
 * latest one is lower. Null without a reset. Each counter is judged separately.
 */
export function carriedBytes({ bytes, bytesBefore, bytesCarried }: Pulse): ByteCount | null {
  if (bytes === null || bytesBefore === null) return null;
  const received = bytes[0] < bytesBefore[0] ? bytesBefore[0] : 0;
  const sent = bytes[1] < bytesBefore[1] ? bytesBefore[1] : 0;
  return received + sent === 0 ? null : added(bytesCarried, [received, sent]);
}
