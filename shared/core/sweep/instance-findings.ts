// What a sweep finds at a provider: each listed instance gets exactly one finding. The listing
// comes first and the leases of its tags are read after it, and intent is written before create: so
// an instance that is ours and on no lease's record was never meant to be.

import { isCrowd } from '../base/crowd.ts';
import type { InstanceId, LeaseId } from '../base/ids.ts';
import type { MicroUsdPerHour } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { between, type EpochMs } from '../base/time.ts';
import { type Attempt, isClosed, isHolding } from '../instance/attempt.ts';
import type { Ownership } from '../instance/ownership.ts';
import { isOver, type Lease } from '../lease/lease.ts';
import type { Sightings } from './record.ts';

/** An instance as a complete listing shows it. */
export type SeenInstance = {
  readonly id: InstanceId;
  /** What its label proves; null when it isn't ours, whatever the label looks like. */
  readonly owner: Ownership | null;
  /** Why it runs no more and won't by itself; null while it may. */
  readonly halted: string | null;
  /** What it says it costs in all, transfer excepted; null when it doesn't. */
  readonly rate: MicroUsdPerHour | null;
};

/** A complete listing, with what was read after it. */
export type ListingView = {
  readonly listedAt: EpochMs;
  readonly instances: readonly SeenInstance[];
  /** The lease of each tag, read consistently after the listing. */
  readonly leases: ReadonlyMap<LeaseId, Lease>;
  /** Whom the last complete sweeps suspected. */
  readonly earlier: Sightings;
};

/** A suspect is known by `key` to the next sweep; `since` is the first sighting of this row. */
export type Suspicion = { readonly key: string; readonly since: EpochMs; readonly again: boolean };

type Ours = { readonly id: InstanceId; readonly owner: Ownership; readonly suspicion: Suspicion };

export type InstanceFinding =
  /** Not ours: it is never touched. */
  | { readonly kind: 'foreign'; readonly id: InstanceId }
  /** Its lease knows it, or may still learn of it. */
  | { readonly kind: 'ok'; readonly id: InstanceId }
  /** Beside the instance of its lease: it goes at once. */
  | ({ readonly kind: 'twin' } & Ours)
  /** Its lease is over and knows nothing of it: it goes at once. */
  | ({ readonly kind: 'orphan' } & Ours)
  /** No lease or attempt is on record for it: first seen, then seen again and due to go. */
  | ({ readonly kind: 'unrecorded-seen' | 'unrecorded' } & Ours);

/** Whether a suspect was seen before, at least one sweep apart. */
export function suspect(earlier: Sightings, key: string, listedAt: EpochMs): Suspicion {
  const since = earlier[key] ?? listedAt;
  return { key, since, again: between(since, listedAt) >= policy.sweep.apart };
}

/** Whether the listing may show the instance: its attempt holds it, or was over only later. */
function belongs(attempt: Attempt, id: InstanceId, listedAt: EpochMs): boolean {
  if (isHolding(attempt)) return attempt.instanceId === id;
  if (!isClosed(attempt)) return true;
  if (attempt.state === 'refused') return false;
  return listedAt <= (attempt.proof.until ?? 0);
}

function findingOf({ id, owner }: SeenInstance, view: ListingView): InstanceFinding {
  if (owner === null) return { kind: 'foreign', id };
  const lease = view.leases.get(owner.leaseId);
  const attempt = lease?.attempts.find(({ number }) => number === owner.attempt);
  if (attempt !== undefined && belongs(attempt, id, view.listedAt)) return { kind: 'ok', id };
  const suspicion = suspect(view.earlier, `instance:${id}`, view.listedAt);
  const ours = { id, owner, suspicion };
  if (lease === undefined || attempt === undefined) {
    return { kind: suspicion.again ? 'unrecorded' : 'unrecorded-seen', ...ours };
  }
  return { kind: isOver(lease) ? 'orphan' : 'twin', ...ours };
}

/** One finding for each instance, in the order of the listing. */
export function findInstances(view: ListingView): readonly InstanceFinding[] {
  return view.instances.map((instance) => findingOf(instance, view));
}

const isUnrecorded = ({ kind }: InstanceFinding): boolean =>
  kind === 'unrecorded' || kind === 'unrecorded-seen';

/**
 * The circuit breaker: how many instances no lease is on record for, when they are a crowd; then
 * none of them may be destroyed, for the table may be restored or wrong. 0 when they are few.
 * Instances whose lease says that they must go are never counted and never held back.
 */
export function heldBack(findings: readonly InstanceFinding[]): number {
  const unrecorded = findings.filter(isUnrecorded).length;
  return isCrowd(unrecorded, findings.length) ? unrecorded : 0;
}
