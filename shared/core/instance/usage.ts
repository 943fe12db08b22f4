// What an instance used besides time: bytes, and the time it was idle. The pulse counts them while
// the instance runs. At destroy they are copied to the attempt, so that the cost can be computed
// from the lease alone. An instance can report anything: its bytes are believed only as far as its
// link could have carried them.

import * as z from 'zod/mini';
import { policy } from '../base/policy/policy.ts';
import { between, type DurationMs, EpochMs } from '../base/time.ts';
import { ByteCount, type Pulse } from './pulse.ts';

export const Usage = z.object({
  /** As the instance reported them; null when it never did. */
  bytes: z.nullable(ByteCount),
  /** When it last reported them. */
  bytesAt: z._default(z.nullable(EpochMs), null),
  /** Since when it was idle until the end; null when it was busy, or idleness was not watched. */
  idleSince: z.nullable(EpochMs),
});
export type Usage = z.infer<typeof Usage>;

/** The last known facts about an instance. */
export type LastKnown = {
  /** Null when no pulse of this instance is left. */
  readonly usage: Usage | null;
  /** Since when it has been running, as it reported; null when it never called. */
  readonly runningSince: EpochMs | null;
  /** Times at which it was seen, from any source. */
  readonly seenAt: readonly EpochMs[];
};

/** The last known facts about the instances of a lease, by the number of their attempts. */
export type LastKnownOf = ReadonlyMap<number, LastKnown>;

/** What the running instance of an attempt has used so far. */
export type LiveUsage = { readonly attempt: number; readonly usage: Usage };

const BYTES_PER_MS_AND_MBPS = 125;

/** The most bytes that are believed to cross a link in one direction. Saturates. */
export function maxBytes(linkMbps: number | null, length: DurationMs): number {
  const { linkFactor, unknownLinkMbps, max } = policy.bytes;
  const perMs = linkFactor * (linkMbps ?? unknownLinkMbps) * BYTES_PER_MS_AND_MBPS;
  return Math.min(max, perMs * length);
}

/** A sum of bytes; it saturates, and an inconsistent one is never below 0. */
const saturated = (bytes: number): number => Math.min(policy.bytes.max, Math.max(0, bytes));

const added = (a: ByteCount | null, b: ByteCount): ByteCount => [
  saturated((a?.[0] ?? 0) + b[0]),
  saturated((a?.[1] ?? 0) + b[1]),
];

function idleSince({ idle, quiet, nodeHeartbeatAt, nodeHeartbeatNumber }: Pulse): EpochMs | null {
  if (idle === null || quiet === null || nodeHeartbeatAt === null) return null;
  const lasts =
    quiet.through === nodeHeartbeatNumber && between(quiet.since, nodeHeartbeatAt) >= idle.window;
  return lasts ? quiet.since : null;
}

/** What the instance of this pulse has used so far. */
export function liveUsage(pulse: Pulse): LiveUsage {
  const { attempt, bytes, bytesCarried, bytesAt } = pulse;
  const all = bytes === null ? bytesCarried : added(bytesCarried, bytes);
  return { attempt, usage: { bytes: all, bytesAt, idleSince: idleSince(pulse) } };
}

/**
 * What to add to a counter so that it gives the believed bytes: more than 0 after the counter was
 * reset, less after it rose faster than the link allows.
 */
function carryOf(
  { now, before, carried }: Record<'now' | 'before' | 'carried', number>,
  most: number,
): number {
  const rise = Math.min(now < before ? now : now - before, most);
  return saturated(carried + before + rise) - now;
}

/**
 * The correction of the counters to carry over after this heartbeat; null when it stays. Each
 * counter is judged separately.
 */
export function carriedBytes(pulse: Pulse): ByteCount | null {
  const { bytes, bytesBefore, bytesCarried, bytesAt, bytesBeforeAt, startedAt, linkMbps } = pulse;
  const since = bytesBeforeAt ?? startedAt;
  if (bytes === null || bytesAt === null || since === null) return null;
  const most = maxBytes(linkMbps, between(since, bytesAt));
  const [received, sent] = ([0, 1] as const).map((way) => {
    const [before, carried] = [bytesBefore?.[way] ?? 0, bytesCarried?.[way] ?? 0];
    return carryOf({ now: bytes[way], before, carried }, most);
  });
  const carry: ByteCount = [received ?? 0, sent ?? 0];
  const same = carry[0] === (bytesCarried?.[0] ?? 0) && carry[1] === (bytesCarried?.[1] ?? 0);
  return same ? null : carry;
}
