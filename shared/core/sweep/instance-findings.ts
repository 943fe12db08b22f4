// What a sweep finds at a provider: each listed instance gets exactly one finding. The leases of
// the tags are read after the listing, and an attempt is recorded before create: so an instance
// with a valid tag and no recorded attempt must not exist.

import { isCrowd } from '../base/crowd.ts';
import type { InstanceId, LeaseId } from '../base/ids.ts';
import type { MicroUsdPerHour } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { between, type EpochMs } from '../base/time.ts';
import { absentUntil } from '../instance/absence.ts';
import { type Attempt, isClosed, isHolding, isVerified } from '../instance/attempt.ts';
import type { SshEndpoint } from '../instance/instance.ts';
import type { Ownership } from '../instance/ownership.ts';
import { isOver, type Lease } from '../lease/lease.ts';
import type { Sightings } from './record.ts';

/** An instance in a complete listing. */
export type SeenInstance = {
  readonly id: InstanceId;
  /** The attempt that it belongs to, by its tag or by what is on record; null for no attempt. */
  readonly owner: Ownership | null;
  /** Why it is not surely ours although it may be; null when it is ours or foreign. */
  readonly doubt: 'doubtful' | 'near-miss' | null;
  /** The fingerprint of the key that showed it. */
  readonly under: string;
  /** Why it has stopped for good; null while it may run. */
  readonly halted: string | null;
  /** The all-in rate that the provider reports, without transfer; null when unknown. */
  readonly rate: MicroUsdPerHour | null;
  /** Its SSH endpoints; empty when the provider shows none. */
  readonly ssh: readonly SshEndpoint[];
};

/** A complete listing, and the records read after it. */
export type ListingView = {
  readonly listedAt: EpochMs;
  readonly instances: readonly SeenInstance[];
  /** The lease of each tag, read consistently after the listing. */
  readonly leases: ReadonlyMap<LeaseId, Lease>;
  /** Leases that exist and can't be read: their instances are not touched. */
  readonly unreadable: ReadonlySet<string>;
  /** The suspects of the last complete sweeps. */
  readonly earlier: Sightings;
};

/**
 * A suspect, which the next sweep finds by `key`. `since` is the first of its consecutive
 * sightings; `again` is true from the second sweep on.
 */
export type Suspicion = { readonly key: string; readonly since: EpochMs; readonly again: boolean };

type Ours = {
  readonly id: InstanceId;
  readonly owner: Ownership;
  readonly under: string;
  readonly suspicion: Suspicion;
};

export type InstanceFinding =
  /** Not an instance of this deployment: it is never touched. */
  | { readonly kind: 'foreign'; readonly id: InstanceId }
  /** It may be the instance of an open lease: it is not touched, and an operator decides. */
  | { readonly kind: 'doubtful'; readonly id: InstanceId }
  /** Its label starts like a tag of this deployment and is not a valid one: it is not touched. */
  | { readonly kind: 'near-miss'; readonly id: InstanceId }
  /** Its lease has it on record, or may still record it. */
  | { readonly kind: 'ok'; readonly id: InstanceId }
  /** Not the recorded instance of its open lease: it is destroyed at once. */
  | ({ readonly kind: 'twin' } & Ours)
  /** Its lease is over and does not have it on record: it is destroyed at once. */
  | ({ readonly kind: 'orphan' } & Ours)
  /** No lease or attempt is recorded for it: seen once, then seen again and destroyed. */
  | ({ readonly kind: 'unrecorded-seen' | 'unrecorded' } & Ours);

/** Whether a suspect was seen before, at least one sweep interval ago. */
export function suspect(earlier: Sightings, key: string, listedAt: EpochMs): Suspicion {
  const since = earlier[key] ?? listedAt;
  return { key, since, again: between(since, listedAt) >= policy.sweep.minSightingGap };
}

/** Whether the listing may show the instance: its attempt holds it, or ended after the listing. */
function belongs(attempt: Attempt, id: InstanceId, listedAt: EpochMs): boolean {
  // The id in the create response may be wrong: then this is the instance.
  if (isHolding(attempt)) return attempt.instanceId === id || !isVerified(attempt);
  if (!isClosed(attempt)) return true;
  if (attempt.state === 'refused') return false;
  return listedAt <= (absentUntil(attempt.proof) ?? 0);
}

function findingOf({ id, owner, doubt, under }: SeenInstance, view: ListingView): InstanceFinding {
  if (owner === null) return { kind: doubt ?? 'foreign', id };
  if (view.unreadable.has(owner.leaseId)) return { kind: 'ok', id };
  const lease = view.leases.get(owner.leaseId);
  const attempt = lease?.attempts.find(({ number }) => number === owner.attempt);
  if (attempt !== undefined && belongs(attempt, id, view.listedAt)) return { kind: 'ok', id };
  const suspicion = suspect(view.earlier, `instance:${id}`, view.listedAt);
  const ours = { id, owner, under, suspicion };
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
 * The circuit breaker: the number of instances without a recorded lease, when they are a crowd.
 * Then none of them is destroyed, because the table may be restored or wrong. 0 when they are few.
 * Instances of a recorded lease are never counted and never blocked.
 */
export function heldBack(findings: readonly InstanceFinding[]): number {
  const unrecorded = findings.filter(isUnrecorded).length;
  return isCrowd(unrecorded, findings.length) ? unrecorded : 0;
}
