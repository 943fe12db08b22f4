// Complete listings: the only thing that proves a machine absent.

import type { DeploymentId } from '../../core/base/ids.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { type EpochMs, earliest } from '../../core/base/time.ts';
import type { Instance } from '../../core/instance/instance.ts';
import { type Ownership, readTag, type Signer } from '../../core/instance/ownership.ts';
import type { Lease } from '../../core/lease/lease.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Provider } from '../../ports/provider.ts';

export type Providers = (name: ProviderName) => Provider;

/** What it takes to tell our machines from others'. */
export type Sight = {
  readonly providers: Providers;
  readonly clock: Clock;
  readonly deployment: DeploymentId;
  readonly signer: Signer;
};

/** A machine of a lease, as a listing shows it. */
export type Sighting = { readonly instance: Instance; readonly owner: Ownership };

export type LeaseListing = {
  /** When the earliest of the listings began. */
  readonly listedAt: EpochMs;
  readonly present: readonly Sighting[];
};

/**
 * Lists `names` completely and returns the machines with a valid tag of this lease, any attempt.
 * Throws what the providers' list throws: a listing that fails is unknown, never empty.
 */
export async function listLease(
  sight: Sight,
  lease: Lease,
  names: readonly ProviderName[],
): Promise<LeaseListing> {
  let listedAt = sight.clock.now();
  const present: Sighting[] = [];
  for (const name of new Set(names)) {
    listedAt = earliest(listedAt, sight.clock.now());
    for (const instance of await sight.providers(name).list()) {
      const owner = readTag(instance.label, sight.deployment, sight.signer);
      if (owner?.leaseId === lease.id) present.push({ instance, owner });
    }
  }
  return { listedAt, present };
}
