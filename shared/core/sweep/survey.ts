// Everything that one sweep has read, and how its records are combined before findings are made.

import type { DeploymentId, InstanceId, LeaseId } from '../base/ids.ts';
import type { DurationMs, EpochMs } from '../base/time.ts';
import type { Attempt } from '../instance/attempt.ts';
import { type Claimed, isOurs } from '../instance/claim.ts';
import { type Instance, isHalted } from '../instance/instance.ts';
import { type KnownAccounts, vouchesFor } from '../instance/known-accounts.ts';
import { deploymentPrefix, isNearMiss } from '../instance/ownership.ts';
import type { ProviderAccount } from '../instance/provider-account.ts';
import type { Row } from '../instance/sighting.ts';
import type { Lease } from '../lease/lease.ts';
import { type Account, heldLeases } from '../ledger/account.ts';
import type { Findings } from './actions.ts';
import { claimRows } from './claims.ts';
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

/** A complete listing of one provider, under each of its keys that is of another account. */
export type Listed = {
  readonly listedAt: EpochMs;
  readonly instances: readonly SeenInstance[];
  /** The rows as the provider reports them. */
  readonly rows: readonly Instance[];
  /** The accounts that the listing is about. */
  readonly accounts: readonly ProviderAccount[];
  readonly known: KnownAccounts | null;
};

/** The instances that one key shows. */
export type Shown = { readonly under: string; readonly rows: readonly Row[] };

function asSeen(
  { instance, owner }: Row,
  claimed: Claimed | undefined,
  prefix: string,
): Omit<SeenInstance, 'under'> {
  const { id, label, statusText, rate, ssh } = instance;
  const halted = isHalted(instance) ? statusText : null;
  const ofLease = claimed !== undefined && isOurs(claimed) ? claimed.owner : owner;
  // No call can be made for an instance whose id is unreadable.
  const nameless = instance.unreadable.includes('id');
  const shown = { id, owner: nameless ? null : ofLease, halted, rate, ssh };
  if (shown.owner !== null) return { ...shown, doubt: null };
  if (claimed?.claim === 'doubtful' || ofLease !== null) return { ...shown, doubt: 'doubtful' };
  return { ...shown, doubt: isNearMiss(label, prefix) ? 'near-miss' : null };
}

/** The listed instances, each with the attempt that it belongs to. */
export function seenInstances(
  shown: readonly Shown[],
  open: readonly Lease[],
  deployment: DeploymentId,
): readonly SeenInstance[] {
  const prefix = deploymentPrefix(deployment);
  return shown.flatMap(({ under, rows }) => {
    const claims = claimRows(rows, open, deployment);
    return rows.map((row) => ({ ...asSeen(row, claims.get(row.instance.id), prefix), under }));
  });
}

/** The leases named by the tags in the listing. */
export const taggedLeases = ({ instances }: Pick<Listed, 'instances'>): readonly LeaseId[] =>
  instances.flatMap(({ owner }) => (owner === null ? [] : [owner.leaseId]));

/** The listing in the form that leases are compared with. */
export function viewOf(listed: Omit<Listed, 'rows'>, listLag: DurationMs): ListingView {
  const { listedAt, instances, accounts, known } = listed;
  const byId = new Map<InstanceId, SeenInstance>(instances.map((each) => [each.id, each]));
  const isAbout = ({ account }: Attempt): boolean =>
    accounts.some((asked) => vouchesFor(known, account, asked));
  return { listedAt, listLag, instances: byId, isAbout };
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
