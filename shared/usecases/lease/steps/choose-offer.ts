// Choose offer: takes the best candidate on which no attempt of this lease has failed. Reads
// snapshots only; never calls a provider.

import { Failure } from '../../../core/base/failure.ts';
import { policy } from '../../../core/base/policy/policy.ts';
import type { ProviderName } from '../../../core/base/providers.ts';
import type { DurationMs } from '../../../core/base/time.ts';
import type { Rooms } from '../../../core/billing/prepaid.ts';
import { keep } from '../../../core/lease/decision.ts';
import { type StepInput, type StepOutcome, stopReason } from '../../../core/lease/step.ts';
import type { Taking } from '../../../core/menu/candidates.ts';
import { decideChoice } from '../../../core/menu/choice.ts';
import { menuGap, type Snapshot } from '../../../core/menu/snapshot.ts';
import { type Freeze, frozenFor } from '../../../core/operations/freeze.ts';
import type { FreezeStore } from '../../../ports/freeze-store.ts';
import type { MenuStore } from '../../../ports/menu-store.ts';
import type { RoomStore } from '../../../ports/room-store.ts';
import { changeLease, loadLease, type Records } from '../../common/change-lease.ts';
import { currentSnapshots } from '../../menu/current-snapshots.ts';

export type ChooseOfferPorts = Records & {
  readonly rooms: RoomStore;
  readonly menu: MenuStore;
  readonly freezes: FreezeStore;
  readonly providerNames: readonly ProviderName[];
  /** The longest boot limit of the configured providers. */
  readonly bootLimit: DurationMs;
  /** Whether instances run an agent, which calls the service. */
  readonly phoneHome: boolean;
  /** The providers whose instances can end themselves. */
  readonly selfEnding: ReadonlySet<ProviderName>;
};

/** Reads the prepaid funds of each provider. Throws StoreDown. */
async function readRooms({ rooms, providerNames }: ChooseOfferPorts): Promise<Rooms> {
  const read = async (provider: ProviderName) => [provider, await rooms.get(provider)] as const;
  return new Map(await Promise.all(providerNames.map(read)));
}

/** Whether the room was available: two concurrent choices cannot take the same room. */
async function takeRoom(ports: ChooseOfferPorts, { provider, take, had }: Taking) {
  return (await ports.rooms.take(provider, take, had)) === 'taken';
}

type Menu = { readonly snapshots: readonly Snapshot[]; readonly freezes: readonly Freeze[] };

/** The outcome, or null when the lease or the room has changed since it was read. */
async function chooseOnce(
  ports: ChooseOfferPorts,
  input: StepInput,
  { snapshots, freezes }: Menu,
): Promise<StepOutcome | null> {
  const { bootLimit, phoneHome, selfEnding } = ports;
  const rooms = await readRooms(ports);
  const lease = await loadLease(ports, input.leaseId);
  const account = await ports.accounts.get(lease.consumer);
  const frozen = frozenFor(freezes, lease.consumer);
  const facts = { input, snapshots, frozen, account, rooms, bootLimit, phoneHome, selfEnding };
  const { take, ...choice } = decideChoice(lease, facts, ports.clock.now());
  if (choice.commit === null) return choice.result;
  // The room is taken before the lease is committed: after a crash in between, the room is too
  // small until the next reading of the balance.
  if (take !== null && !(await takeRoom(ports, take))) return null;
  const { result } = await changeLease<StepOutcome | null>(ports, input.leaseId, (current) =>
    current.version === lease.version ? choice : keep(null),
  );
  return result;
}

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
    const menu = { snapshots, freezes: await ports.freezes.concerning(before.consumer) };
    for (let round = 1; round <= policy.commit.attempts; round += 1) {
      const outcome = await chooseOnce(ports, input, menu);
      if (outcome?.kind === 'no-offer' || outcome?.kind === 'over-budget') {
        requireAll();
        requireMenus(ports, snapshots);
      }
      if (outcome !== null) return outcome;
    }
    throw new Failure(
      'Conflict',
      `version conflict: prepaid funds for lease ${input.leaseId} changed during every retry`,
    );
  };
}
