// Everything that one sweep has read, and how its records are combined before findings are made.

import type { InstanceId, LeaseId } from '../base/ids.ts';
import type { DurationMs, EpochMs } from '../base/time.ts';
import { type Instance, isHalted } from '../instance/instance.ts';
import { readTag } from '../instance/ownership.ts';
import type { TagReader } from '../instance/sighting.ts';
import type { Lease } from '../lease/lease.ts';
import { type Account, heldLeases } from '../ledger/account.ts';
import type { Findings } from './actions.ts';
import type { SeenInstance } from './instance-findings.ts';
import type { HeldFor, ListingView } from './lease-findings.ts';
import type { Unreadable } from './unreadable.ts';

/** A part that could not be read, and why. Findings that depend on it are missing. */
export type Blind = { readonly part: 'listing' | 'executions'; readonly error: unknown };

export type Survey = {
  readonly findings: Findings;
  /** When the complete listing started; null when there is none. */
  readonly listedAt: EpochMs | null;
  /** All open leases of all providers, read before the listing. */
  readonly open: readonly Lease[];
  readonly blind: readonly Blind[];
  /** What was left out, because it could not be read. */
  readonly unreadable: readonly Unreadable[];
};

/** A complete listing of one provider, and its rows as the provider reports them. */
export type Listed = {
  readonly listedAt: EpochMs;
  readonly instances: readonly SeenInstance[];
  readonly rows: readonly Instance[];
};

/** Converts an instance: adds the owner from its tag, and whether it has stopped. */
export function asSeen(instance: Instance, { deployment, signer }: TagReader): SeenInstance {
  const { id, label, statusText, rate } = instance;
  const halted = isHalted(instance) ? statusText : null;
  return { id, owner: readTag(label, deployment, signer), halted, rate };
}

/** The leases named by the tags in the listing. */
export const taggedLeases = ({ instances }: Pick<Listed, 'instances'>): readonly LeaseId[] =>
  instances.flatMap(({ owner }) => (owner === null ? [] : [owner.leaseId]));

/** The listing in the form that leases are compared with. */
export function viewOf(
  { listedAt, instances }: Omit<Listed, 'rows'>,
  listLag: DurationMs,
): ListingView {
  const byId = new Map<InstanceId, SeenInstance>(instances.map((each) => [each.id, each]));
  return { listedAt, listLag, instances: byId };
}

/** Whether the lease may have a parked token or heartbeats. */
export const hasPulse = ({ attempts, state }: Lease): boolean =>
  attempts.length > 0 && state !== 'ended';

/** Leases that have a hold on an account and are not among the open ones. */
export function heldElsewhere(
  accounts: readonly Account[],
  open: readonly Lease[],
): readonly LeaseId[] {
  const known = new Set(open.map(({ id }) => id));
  return accounts.flatMap(heldLeases).filter((id) => !known.has(id));
}

/** Every hold, with its lease or null; without the holds of unreadable leases. */
export function holdsWithLeases(
  accounts: readonly Account[],
  leases: ReadonlyMap<LeaseId, Lease>,
  unreadable: ReadonlySet<string>,
): readonly HeldFor[] {
  return accounts.flatMap(({ consumer, holds }) =>
    heldLeases({ holds }).flatMap((leaseId): readonly HeldFor[] => {
      const hold = holds[leaseId];
      if (hold === undefined || unreadable.has(leaseId)) return [];
      return [{ consumer, leaseId, hold, lease: leases.get(leaseId) ?? null }];
    }),
  );
}

/** The leases with holds, by id. */
export const leasesOf = (holds: readonly HeldFor[]): ReadonlyMap<LeaseId, Lease> =>
  new Map(holds.flatMap(({ leaseId, lease }) => (lease === null ? [] : [[leaseId, lease]])));
