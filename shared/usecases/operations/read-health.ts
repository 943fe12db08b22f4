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

/** Reads the health of each provider's offers and sweep. Throws StoreDown. */
export function createReadHealth({ menu, sweeps, providerNames, clock }: ReadHealthPorts) {
  return async (): Promise<Health> => ({
    menus: await Promise.all(
      providerNames.map(async (name) => menuHealth(name, await menu.current(name), clock.now())),
    ),
    sweeps: await Promise.all(
      providerNames.map(async (name) => sweepHealth(name, await sweeps.last(name), clock.now())),
    ),
  });
}
