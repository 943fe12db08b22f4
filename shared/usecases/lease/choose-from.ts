// Takes the best candidate for the next attempt of a lease, and the prepaid funds that it needs.
// Reads snapshots only; never calls a provider.

import { Failure } from '../../core/base/failure.ts';
import type { OfferId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import type { DurationMs } from '../../core/base/time.ts';
import type { Rooms } from '../../core/billing/prepaid.ts';
import { keep } from '../../core/lease/decision.ts';
import type { StepInput, StepOutcome } from '../../core/lease/step.ts';
import type { Taking } from '../../core/menu/candidates.ts';
import { decideChoice } from '../../core/menu/choice.ts';
import type { Snapshot } from '../../core/menu/snapshot.ts';
import { type Freeze, frozenFor } from '../../core/operations/freeze.ts';
import type { RoomStore } from '../../ports/room-store.ts';
import { changeLease, loadLease, type Records } from '../common/change-lease.ts';

export type ChoosingPorts = Records & {
  readonly rooms: RoomStore;
  readonly providerNames: readonly ProviderName[];
  /** The longest boot limit of the configured providers. */
  readonly bootLimit: DurationMs;
  /** Whether instances run an agent, which calls the service. */
  readonly phoneHome: boolean;
  /** The providers whose instances can end themselves. */
  readonly selfEnding: ReadonlySet<ProviderName>;
};

/** Reads the prepaid funds of each provider. Throws StoreDown. */
async function readRooms({ rooms, providerNames }: ChoosingPorts): Promise<Rooms> {
  const read = async (provider: ProviderName) => [provider, await rooms.get(provider)] as const;
  return new Map(await Promise.all(providerNames.map(read)));
}

/** Whether the room was available: two concurrent choices cannot take the same room. */
async function takeRoom(ports: ChoosingPorts, { provider, take, had }: Taking) {
  return (await ports.rooms.take(provider, take, had)) === 'taken';
}

export type Menu = {
  readonly snapshots: readonly Snapshot[];
  readonly freezes: readonly Freeze[];
  /** The chosen offer that is not to be had any more; null keeps every choice. */
  readonly replaces: OfferId | null;
};

/** The outcome, or null when the lease or the room has changed since it was read. */
async function chooseOnce(
  ports: ChoosingPorts,
  input: StepInput,
  { snapshots, freezes, replaces }: Menu,
): Promise<StepOutcome | null> {
  const { bootLimit, phoneHome, selfEnding } = ports;
  const rooms = await readRooms(ports);
  const lease = await loadLease(ports, input.leaseId);
  const account = await ports.accounts.get(lease.consumer);
  const frozen = frozenFor(freezes, lease.consumer);
  const limits = { account, rooms, bootLimit, phoneHome, selfEnding };
  const facts = { input, snapshots, frozen, replaces, ...limits };
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

/**
 * Chooses for the next attempt. A repeat keeps a choice that no attempt has used, and takes no room
 * twice. Detours: no-offer, over-budget, lease-over, superseded. Throws StoreDown, Conflict.
 */
export async function chooseFrom(
  ports: ChoosingPorts,
  input: StepInput,
  menu: Menu,
): Promise<StepOutcome> {
  for (let round = 1; round <= policy.commit.attempts; round += 1) {
    const outcome = await chooseOnce(ports, input, menu);
    if (outcome !== null) return outcome;
  }
  throw new Failure(
    'Conflict',
    `version conflict: prepaid funds for lease ${input.leaseId} changed during every retry`,
  );
}
