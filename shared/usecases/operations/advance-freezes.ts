// Advance freezes: one round for each freeze that stands and is not finished. It ends what was
// missed, lists the providers completely, and notes how far the freeze has come.

import type { ProviderName } from '../../core/base/providers.ts';
import { durationMs, type EpochMs } from '../../core/base/time.ts';
import { readTag } from '../../core/instance/ownership.ts';
import {
  advanceFreeze,
  type Freeze,
  type FreezeScope,
  type Standing,
} from '../../core/operations/freeze.ts';
import type { FreezeStore } from '../../ports/freeze-store.ts';
import type { Sight } from '../common/listing.ts';
import { type EndFrozenPorts, endFrozen } from './end-frozen.ts';
import { changeFreeze } from './place-freeze.ts';

export type AdvanceFreezesPorts = EndFrozenPorts &
  Sight & {
    readonly freezes: FreezeStore;
    readonly providerNames: readonly ProviderName[];
  };

type Look = { readonly listedAt: EpochMs; readonly instances: number };

/** How many machines of the scope there are. One whose lease nobody knows counts for everybody. */
async function look(
  ports: AdvanceFreezesPorts,
  scope: FreezeScope,
  names: readonly ProviderName[],
): Promise<Look> {
  const listedAt = ports.clock.now();
  const listed = await Promise.all(names.map((name) => ports.providers(name).list()));
  const owners = listed
    .flat()
    .map(({ label }) => readTag(label, ports.deployment, ports.signer))
    .filter((owner) => owner !== null);
  if (scope.kind !== 'consumer') return { listedAt, instances: owners.length };
  const leases = await ports.leases.getMany(owners.map(({ leaseId }) => leaseId));
  const consumers = owners.map(({ leaseId }) => leases.get(leaseId)?.consumer ?? scope.consumer);
  const instances = consumers.filter((consumer) => consumer === scope.consumer).length;
  return { listedAt, instances };
}

async function advance(
  ports: AdvanceFreezesPorts,
  freeze: Freeze,
  standing: Standing,
): Promise<void> {
  const { scope } = freeze;
  const leases = await endFrozen(ports, freeze);
  const names = scope.kind === 'provider' ? [scope.provider] : ports.providerNames;
  const seen = await look(ports, scope, names);
  const lags = names.map((name) => ports.providers(name).card.listLag);
  const round = { ...seen, leases, listLag: durationMs(Math.max(0, ...lags)) };
  await changeFreeze(ports, scope, (current) =>
    // Thawed, or frozen anew: this round was for another freeze.
    current?.standing?.since === standing.since
      ? advanceFreeze(current, current.standing, round)
      : null,
  );
}

/**
 * One round of each freeze, whatever happens to another. Safe to repeat, and meant to be, until
 * all are finished. Throws the first trouble there was: what list throws, StoreDown, ProviderDown,
 * Conflict.
 */
export function createAdvanceFreezes(ports: AdvanceFreezesPorts) {
  return async (): Promise<{ readonly unfinished: number }> => {
    const rounds = (await ports.freezes.all()).flatMap((freeze) => {
      const { standing } = freeze;
      if (standing === null || standing.finishedAt !== null) return [];
      return [advance(ports, freeze, standing)];
    });
    const failed = (await Promise.allSettled(rounds)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    return { unfinished: rounds.length };
  };
}
