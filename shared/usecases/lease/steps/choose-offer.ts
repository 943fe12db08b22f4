// Choose offer: takes the best candidate on which no attempt of this lease has failed. Reads
// snapshots only; never calls a provider.

import { Failure } from '../../../core/base/failure.ts';
import { type StepInput, type StepOutcome, stopReason } from '../../../core/lease/step.ts';
import { menuGap, type Snapshot } from '../../../core/menu/snapshot.ts';
import type { FreezeStore } from '../../../ports/freeze-store.ts';
import type { MenuStore } from '../../../ports/menu-store.ts';
import { loadLease } from '../../common/change-lease.ts';
import { currentSnapshots } from '../../menu/current-snapshots.ts';
import { type ChoosingPorts, chooseFrom } from '../choose-from.ts';

export type ChooseOfferPorts = ChoosingPorts & {
  readonly menu: MenuStore;
  readonly freezes: FreezeStore;
};

/** Throws ProviderDown: an old menu, or none, does not say that there is no offer. */
function requireMenus(ports: ChooseOfferPorts, snapshots: readonly Snapshot[]): void {
  const gap = menuGap(snapshots, ports.providerNames, ports.clock.now());
  if (gap !== null) throw new Failure('ProviderDown', gap);
}

/**
 * Chooses the offer for the next attempt. A repeat keeps a choice that no attempt has used, and
 * takes no room twice. Without a usable menu it throws ProviderDown, so that the lease waits.
 * Detours: no-offer, over-budget, lease-over, superseded. Throws StoreDown, Conflict.
 */
export function createChooseOffer(ports: ChooseOfferPorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    const { snapshots, requireAll } = await currentSnapshots(ports);
    const before = await loadLease(ports, input.leaseId);
    // An unreadable freeze must not keep a lease from ending.
    const skip = stopReason(before, input, ports.clock.now());
    if (skip !== null) return skip;
    const freezes = await ports.freezes.concerning(before.consumer);
    const outcome = await chooseFrom(ports, input, { snapshots, freezes, replaces: null });
    if (outcome.kind === 'no-offer' || outcome.kind === 'over-budget') {
      requireAll();
      requireMenus(ports, snapshots);
    }
    return outcome;
  };
}
