// Reads the current snapshot of each provider that has one.

import type { ProviderName } from '../../core/base/providers.ts';
import type { Snapshot } from '../../core/menu/snapshot.ts';
import type { MenuStore } from '../../ports/menu-store.ts';

export type CurrentSnapshotsPorts = {
  readonly menu: MenuStore;
  readonly providerNames: readonly ProviderName[];
};

/** Reads the current snapshots. Throws StoreDown. */
export async function currentSnapshots(ports: CurrentSnapshotsPorts): Promise<readonly Snapshot[]> {
  const snapshots = await Promise.all(ports.providerNames.map((name) => ports.menu.current(name)));
  return snapshots.filter((snapshot) => snapshot !== null);
}
