// A snapshot of the menu: the offers of one provider at one moment.

import { policy } from '../base/policy/policy.ts';
import type { ProviderName } from '../base/providers.ts';
import { between, type EpochMs } from '../base/time.ts';
import type { Offer } from '../instance/offer.ts';

export type Snapshot = {
  readonly provider: ProviderName;
  readonly version: string;
  readonly takenAt: EpochMs;
  readonly offers: readonly Offer[];
};

const MAX_NAMED = 5;

/** About offers that could not be read and are left out of the menu; null without any. */
export function leftOutInWords(provider: ProviderName, ids: readonly string[]): string | null {
  if (ids.length === 0) return null;
  const named = ids.slice(0, MAX_NAMED).join(', ');
  return `${ids.length} offers of ${provider} could not be read and are left out: ${named}`;
}

/** The snapshot of a search started at `takenAt`. Versions of one provider sort by that time. */
export const snapshotOf = (
  provider: ProviderName,
  offers: readonly Offer[],
  takenAt: EpochMs,
): Snapshot => ({ provider, version: String(takenAt).padStart(15, '0'), takenAt, offers });

/** Why the menu of a provider says nothing about its offers now; null when all menus are usable. */
export function menuGap(
  snapshots: readonly Snapshot[],
  providers: readonly ProviderName[],
  now: EpochMs,
): string | null {
  for (const name of providers) {
    const snapshot = snapshots.find(({ provider }) => provider === name);
    if (snapshot === undefined) return `there is no menu of ${name} yet`;
    if (!isUsable(snapshot, now)) {
      const minutes = Math.round(between(snapshot.takenAt, now) / 60_000);
      return `the menu of ${name} is ${minutes} min old`;
    }
  }
  return null;
}

/** Whether the menu still has the offer: it has no mark, and the last search found it. */
export const isOffered = ({ offers }: Snapshot, { id }: Pick<Offer, 'id'>): boolean =>
  offers.some((offer) => offer.id === id);

/** Whether its offers can still be chosen. */
export const isUsable = ({ takenAt }: Pick<Snapshot, 'takenAt'>, now: EpochMs): boolean =>
  between(takenAt, now) <= policy.menu.staleAfter;
