// Whether the offers are fresh enough to choose from, and when a sweep last listed all instances.

import type { ProviderName } from '../base/providers.ts';
import { between, type DurationMs, type EpochMs } from '../base/time.ts';
import { isUsable, type Snapshot } from '../menu/snapshot.ts';
import type { SweepRecord } from '../sweep/record.ts';

/** The offers of one provider; `age` is null before the first refresh. */
export type MenuHealth = {
  readonly provider: ProviderName;
  readonly age: DurationMs | null;
  readonly offers: number;
  readonly usable: boolean;
};

/** The sweep of one provider; `age` is that of the last complete listing, null before the first. */
export type SweepHealth = {
  readonly provider: ProviderName;
  readonly age: DurationMs | null;
  readonly failure: string | null;
};

export type Health = {
  readonly menus: readonly MenuHealth[];
  readonly sweeps: readonly SweepHealth[];
};

export function menuHealth(
  provider: ProviderName,
  snapshot: Snapshot | null,
  now: EpochMs,
): MenuHealth {
  if (snapshot === null) return { provider, age: null, offers: 0, usable: false };
  const age = between(snapshot.takenAt, now);
  return { provider, age, offers: snapshot.offers.length, usable: isUsable(snapshot, now) };
}

export function sweepHealth(
  provider: ProviderName,
  last: SweepRecord | null,
  now: EpochMs,
): SweepHealth {
  const listedAt = last?.listedAt ?? null;
  const age = listedAt === null ? null : between(listedAt, now);
  return { provider, age, failure: last?.failure ?? null };
}
