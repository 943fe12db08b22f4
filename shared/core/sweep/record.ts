// What one sweep leaves behind: what it saw, and whom it suspects. The next one tells by it whether
// it sees something for the second time; health and alarms tell by it how old the last one is.

import * as z from 'zod/mini';
import type { LeaseId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { ProviderName } from '../base/providers.ts';
import { after, between, type DurationMs, EpochMs } from '../base/time.ts';

/** When each suspect was first seen so, in an unbroken row of complete sweeps. */
export const Sightings = z.record(z.string(), EpochMs);
export type Sightings = z.infer<typeof Sightings>;

export const SweepRecord = z.object({
  provider: ProviderName,
  startedAt: EpochMs,
  /** Why it could not see everything, so that it found nothing at all; null when it could. */
  failure: z.nullable(z.string()),
  /** When the last complete listing started, this sweep's or an earlier one's. */
  listedAt: z.nullable(EpochMs),
  /** Instances at the provider and open leases, as last seen. */
  listed: z.int(),
  open: z.int(),
  /** Findings by kind. */
  counts: z.record(z.string(), z.int()),
  sightings: Sightings,
  /** When listings last showed the instances of leases that they miss now, by lease. */
  lastShown: z._default(Sightings, {}),
  /** What a person has to know. */
  pages: z.array(z.string()),
});
export type SweepRecord = z.infer<typeof SweepRecord>;

/** How many leases were open when they were last swept, by the records of all providers. */
export const openWhenSwept = (records: readonly (SweepRecord | null)[]): number =>
  Math.max(0, ...records.map((record) => record?.open ?? 0));

/**
 * When a complete listing last showed the instance of a lease that serves since `activeAt`; null
 * when none did. An instance that served before a listing started, and was not missed, was shown.
 */
export function lastShown(
  record: Pick<SweepRecord, 'listedAt' | 'lastShown'> | null,
  lease: { readonly id: LeaseId; readonly activeAt: EpochMs },
  listLag: DurationMs,
): EpochMs | null {
  const known = record?.lastShown[lease.id];
  if (known !== undefined) return known;
  const listedAt = record?.listedAt ?? null;
  return listedAt !== null && listedAt >= after(lease.activeAt, listLag) ? listedAt : null;
}

/**
 * Whether a sweep may be left out by this record: nothing was leased and nothing suspected a short
 * time ago. As with sightings, a sweep that comes some seconds early counts as one in time.
 */
export function wasIdle(
  { open, failure, startedAt, sightings }: SweepRecord,
  now: EpochMs,
): boolean {
  const { idleEvery, apart, every } = policy.sweep;
  const short = between(startedAt, now) < idleEvery - (every - apart);
  return open === 0 && failure === null && short && Object.keys(sightings).length === 0;
}

/** The longest-known suspects, as many as a record has room for. */
export function rememberedOf(suspects: readonly (readonly [string, EpochMs])[]): Sightings {
  const oldest = suspects.toSorted(([, a], [, b]) => a - b);
  return Object.fromEntries(oldest.slice(0, policy.sweep.maxSuspects));
}
