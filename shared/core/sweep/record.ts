// The record of one sweep: its findings and suspects. The next sweep uses it to detect second
// sightings; health and alarms use it for the age of the last sweep.

import * as z from 'zod/mini';
import type { LeaseId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { ProviderName } from '../base/providers.ts';
import { after, between, type DurationMs, EpochMs } from '../base/time.ts';

/** When each suspect was first seen, in consecutive complete sweeps. */
export const Sightings = z.record(z.string(), EpochMs);
export type Sightings = z.infer<typeof Sightings>;

export const SweepRecord = z.object({
  provider: ProviderName,
  startedAt: EpochMs,
  /** Why a part could not be read; null when the sweep was complete. */
  failure: z.nullable(z.string()),
  /** When the last complete listing started, this sweep's or an earlier one's. */
  listedAt: z.nullable(EpochMs),
  /** The numbers of listed instances and open leases, as last read. */
  listed: z.int(),
  open: z.int(),
  /** Findings by kind. */
  counts: z.record(z.string(), z.int()),
  sightings: Sightings,
  /** When a listing last showed the missing instance of a lease, by lease. */
  lastShown: z._default(Sightings, {}),
  /** When the charges of running instances were last read, or could not be. */
  chargesReadAt: z._default(z.nullable(EpochMs), null),
  /** The pages for operators. */
  pages: z.array(z.string()),
});
export type SweepRecord = z.infer<typeof SweepRecord>;

/** What an operator sees of a sweep: its suspects are only counted. */
export const SweepResult = z.extend(
  z.pick(SweepRecord, {
    ...{ provider: true, startedAt: true, listedAt: true, listed: true, open: true },
    ...{ counts: true, pages: true },
  }),
  { suspects: z.int() },
);
export type SweepResult = z.infer<typeof SweepResult>;

export function sweepResultOf({ sightings, ...record }: SweepRecord): SweepResult {
  const { provider, startedAt, listedAt, listed, open, counts, pages } = record;
  const suspects = Object.keys(sightings).length;
  return { provider, startedAt, listedAt, listed, open, counts, pages, suspects };
}

/** The number of open leases at the last sweep of any provider. */
export const openWhenSwept = (records: readonly (SweepRecord | null)[]): number =>
  Math.max(0, ...records.map((record) => record?.open ?? 0));

/**
 * When a complete listing last showed the instance of a lease that is active since `activeAt`; null
 * when none did. An instance that was active before the listing started and is not missing was
 * listed.
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
 * Whether the next sweep can be skipped: there was no lease, instance or suspect a short time ago.
 * A sweep that is some seconds early counts as on time.
 */
export function wasIdle(
  { open, failure, startedAt, sightings }: SweepRecord,
  now: EpochMs,
): boolean {
  const { idleEvery, minSightingGap, every } = policy.sweep;
  const short = between(startedAt, now) < idleEvery - (every - minSightingGap);
  return open === 0 && failure === null && short && Object.keys(sightings).length === 0;
}

/** The oldest suspects, up to the limit of a record. */
export function rememberedOf(suspects: readonly (readonly [string, EpochMs])[]): Sightings {
  const oldest = suspects.toSorted(([, a], [, b]) => a - b);
  return Object.fromEntries(oldest.slice(0, policy.sweep.maxSuspects));
}
