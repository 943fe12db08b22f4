// Reads the current snapshot of each provider that has one. A snapshot that can't be read costs
// only its provider.

import type { ProviderName } from '../../core/base/providers.ts';
import type { Snapshot } from '../../core/menu/snapshot.ts';
import type { MenuStore } from '../../ports/menu-store.ts';

export type CurrentSnapshotsPorts = {
  readonly menu: MenuStore;
  readonly providerNames: readonly ProviderName[];
};

export type CurrentSnapshots = {
  readonly snapshots: readonly Snapshot[];
  /** Throws the error of a snapshot that can't be read, if there is one. */
  readonly requireAll: () => void;
};

/**
 * Reads the current snapshots. Before a caller concludes that something is not on the menu, it must
 * call `requireAll`.
 */
export async function currentSnapshots(ports: CurrentSnapshotsPorts): Promise<CurrentSnapshots> {
  const read = await Promise.allSettled(
    ports.providerNames.map((name) => ports.menu.current(name)),
  );
  const failed = read.find((each) => each.status === 'rejected');
  return {
    snapshots: read.flatMap((each) => (each.status === 'fulfilled' ? (each.value ?? []) : [])),
    requireAll: () => {
      if (failed !== undefined) throw failed.reason;
    },
  };
}
