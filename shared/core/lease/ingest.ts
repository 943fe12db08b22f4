// Whether heartbeats can reach this service. Each minute the service sends a heartbeat to itself
// through the public route; a lease is silent only for time in which those heartbeats arrived.

import * as z from 'zod/mini';
import { brandId, LeaseId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { between, EpochMs } from '../base/time.ts';
import type { Lease } from './lease.ts';

/** The present period in which our own heartbeats arrived without a gap. */
export const Ingest = z.object({ since: EpochMs, lastAt: EpochMs });
export type Ingest = z.infer<typeof Ingest>;

/** The lease id in the token of our own heartbeats. No lease has it: ids of leases are hashes. */
export const OWN_HEARTBEATS = brandId(LeaseId, '0'.repeat(20));

/** The period after a heartbeat of ours arrived at `at`; a gap starts a new period. */
export function extendIngest(before: Ingest | null, at: EpochMs): Ingest {
  if (before === null || between(before.lastAt, at) > policy.ingest.maxGap) {
    return { since: at, lastAt: at };
  }
  return at > before.lastAt ? { ...before, lastAt: at } : before;
}

/**
 * Since when silence counts at `now`. Not at all, that is from `now`, while nothing is recorded or
 * the last heartbeat of ours is too old.
 */
export function silenceCountsFrom(ingest: Ingest | null, now: EpochMs): EpochMs {
  if (ingest === null || between(ingest.lastAt, now) > policy.ingest.maxGap) return now;
  return ingest.since;
}

/** Why an operator must look at the route of heartbeats; null while no lease needs it. */
export function describeLostIngest(
  ingest: Ingest | null,
  open: readonly Lease[],
  now: EpochMs,
): string | null {
  if (!open.some(({ state }) => state === 'active')) return null;
  if (ingest === null) return 'the record of our own heartbeats is missing or unreadable';
  const gap = between(ingest.lastAt, now);
  if (gap <= policy.ingest.pageAfter) return null;
  return `no heartbeat of our own arrived for ${Math.floor(gap / 60_000)} minutes`;
}
