// Health: whether the menu is fresh enough to choose from. Reading it proves that the database
// answers.

import type { ProviderName } from '../core/ids.ts';
import { policy } from '../core/policy.ts';
import { between, type DurationMs } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { MenuStore } from '../ports/stores.ts';

export type ReadHealthPorts = {
  readonly menu: MenuStore;
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

/** The health of each provider's menu. Throws StoreDown. */
export function makeReadHealth(ports: ReadHealthPorts) {
  return (): Promise<readonly MenuHealth[]> =>
    Promise.all(
      ports.providerNames.map(async (provider) => {
        const snapshot = await ports.menu.current(provider);
        if (snapshot === null) return { provider, age: null, offers: 0, usable: false };
        const age = between(snapshot.takenAt, ports.clock.now());
        const usable = age <= policy.menu.staleAfter;
        return { provider, age, offers: snapshot.offers.length, usable };
      }),
    );
}
