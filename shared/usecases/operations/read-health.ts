// Health: whether the menu is fresh enough to choose from, and how long ago a sweep last saw every
// machine. Reading it proves that the database answers.

import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { between, type DurationMs } from '../../core/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MenuStore } from '../../ports/menu-store.ts';
import type { SweepStore } from '../../ports/sweep-store.ts';

export type ReadHealthPorts = {
  readonly menu: MenuStore;
  readonly sweeps: SweepStore;
  readonly providerNames: readonly ProviderName[];
  readonly clock: Clock;
};

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

async function menuHealth(ports: ReadHealthPorts, provider: ProviderName): Promise<MenuHealth> {
  const snapshot = await ports.menu.current(provider);
  if (snapshot === null) return { provider, age: null, offers: 0, usable: false };
  const age = between(snapshot.takenAt, ports.clock.now());
  const usable = age <= policy.menu.staleAfter;
  return { provider, age, offers: snapshot.offers.length, usable };
}

async function sweepHealth(ports: ReadHealthPorts, provider: ProviderName): Promise<SweepHealth> {
  const last = await ports.sweeps.last(provider);
  const listedAt = last?.listedAt ?? null;
  const age = listedAt === null ? null : between(listedAt, ports.clock.now());
  return { provider, age, failure: last?.failure ?? null };
}

/** The health of each provider's menu and sweep. Throws StoreDown. */
export function createReadHealth(ports: ReadHealthPorts) {
  return async (): Promise<Health> => ({
    menus: await Promise.all(ports.providerNames.map((name) => menuHealth(ports, name))),
    sweeps: await Promise.all(ports.providerNames.map((name) => sweepHealth(ports, name))),
  });
}
