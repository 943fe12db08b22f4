// Advance freezes: one round for each freeze in force that is not finished. It ends remaining
// leases, lists the providers completely, and records the progress.

import { pageOf } from '../../core/base/page.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { type EpochMs, longest } from '../../core/base/time.ts';
import { separateOurs } from '../../core/instance/sighting.ts';
import {
  advanceIfStanding,
  countInScope,
  type Freeze,
  type FreezeScope,
  providersOf,
  type Standing,
  unfinishedFreezes,
} from '../../core/operations/freeze.ts';
import type { FreezeStore } from '../../ports/freeze-store.ts';
import { listKnown, type Sight } from '../common/listing.ts';
import { waitForAll } from '../common/wait-for-all.ts';
import { type EndFrozenPorts, endFrozen } from './end-frozen.ts';
import { changeFreeze } from './place-freeze.ts';

export type AdvanceFreezesPorts = EndFrozenPorts &
  Sight & {
    readonly freezes: FreezeStore;
    readonly providerNames: readonly ProviderName[];
    /** Pages an operator. */
    readonly page: (message: string) => void;
  };

type Look = { readonly listedAt: EpochMs; readonly instances: number };

/** Counts the instances of the scope. */
async function look(
  ports: AdvanceFreezesPorts,
  scope: FreezeScope,
  names: readonly ProviderName[],
): Promise<Look> {
  const listedAt = ports.clock.now();
  const listed = await Promise.all(names.map((name) => listKnown(ports, name)));
  const { ours } = separateOurs(listed.flat(), ports);
  // For other scopes, all instances of this deployment at these providers count.
  const doubtful = scope.kind === 'consumer' ? ours : [];
  const leases = await ports.leases.getMany(doubtful.map(({ owner }) => owner.leaseId));
  return { listedAt, instances: countInScope(scope, ours, leases) };
}

async function advance(
  ports: AdvanceFreezesPorts,
  freeze: Freeze,
  standing: Standing,
): Promise<void> {
  const { scope } = freeze;
  const leases = await endFrozen(ports, freeze);
  const names = providersOf(scope, ports.providerNames);
  const seen = await look(ports, scope, names);
  const listLag = longest(...names.map((name) => ports.providers(name).card.listLag));
  await changeFreeze(ports, scope, (current) =>
    advanceIfStanding(current, standing, { ...seen, leases, listLag }),
  );
}

/**
 * Runs one round of each freeze, independent of failures of the others. Repeat it until all are
 * finished. Throws the first error: what list throws, StoreDown, ProviderDown, Conflict.
 */
export function createAdvanceFreezes(ports: AdvanceFreezesPorts) {
  return async (): Promise<{ readonly unfinished: number }> => {
    const readable = await ports.freezes.all(({ why }) =>
      ports.page(pageOf('unreadable', `could not read: ${why}; nobody in its scope can launch`)),
    );
    const unfinished = unfinishedFreezes(readable);
    await waitForAll(unfinished.map(({ freeze, standing }) => advance(ports, freeze, standing)));
    return { unfinished: unfinished.length };
  };
}
