// Whether the menu is fresh enough to choose from, and how long ago a sweep last saw all instances.

import type { ProviderName } from '../base/providers.ts';
import { between, type DurationMs, type EpochMs } from '../base/time.ts';
import { isUsable, type Snapshot } from '../menu/snapshot.ts';
import type { SweepRecord } from '../sweep/record.ts';

/** Of one provider's menu; `age` is null before its first refresh. */
export type MenuHealth = {
  readonly provider: ProviderName;
  readonly age: DurationMs | null;
  readonly offers: number;
  readonly usable: boolean;
};

/** Of one provider's sweep; `age` is its last complete listing's, null before the first. */
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
