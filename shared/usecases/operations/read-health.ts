// Health: the state of each provider's offers and sweep. Reading it also checks that the database
// answers.

import type { ProviderName } from '../../core/base/providers.ts';
import { type Health, menuHealth, sweepHealth } from '../../core/operations/health.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MenuStore } from '../../ports/menu-store.ts';
import type { SweepStore } from '../../ports/sweep-store.ts';

export type ReadHealthPorts = {
  readonly menu: MenuStore;
  readonly sweeps: SweepStore;
  readonly providerNames: readonly ProviderName[];
  readonly clock: Clock;
};

/** A snapshot that can't be read counts as missing: health must be readable without it. */
async function menuOf({ menu, clock }: ReadHealthPorts, name: ProviderName) {
  const [read] = await Promise.allSettled([menu.current(name)]);
  return menuHealth(name, read.status === 'fulfilled' ? read.value : null, clock.now());
}

/** Reads the health of each provider's offers and sweep. Throws StoreDown. */
export function createReadHealth(ports: ReadHealthPorts) {
  const { sweeps, providerNames, clock } = ports;
  return async (): Promise<Health> => ({
    menus: await Promise.all(providerNames.map((name) => menuOf(ports, name))),
    sweeps: await Promise.all(
      providerNames.map(async (name) => sweepHealth(name, await sweeps.last(name), clock.now())),
    ),
  });
}
