// Complete listings: the only thing that proves an instance absent.

import type { ProviderName } from '../../core/base/providers.ts';
import { earliest } from '../../core/base/time.ts';
import {
  type LeaseListing,
  type Sighting,
  separateOurs,
  type TagReader,
} from '../../core/instance/sighting.ts';
import type { Lease } from '../../core/lease/lease.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Provider } from '../../ports/provider.ts';

export type Providers = (name: ProviderName) => Provider;

/** What is needed to list instances and to read their tags. */
export type Sight = TagReader & { readonly providers: Providers; readonly clock: Clock };

/**
 * Lists `names` completely and returns the instances with a valid tag of this lease, any attempt.
 * Throws what list throws: a failed listing is unknown, never empty.
 */
export async function listLease(
  sight: Sight,
  { id }: Pick<Lease, 'id'>,
  names: readonly ProviderName[],
): Promise<LeaseListing> {
  let listedAt = sight.clock.now();
  const present: Sighting[] = [];
  for (const name of new Set(names)) {
    listedAt = earliest(listedAt, sight.clock.now());
    const { ours } = separateOurs(await sight.providers(name).list(), sight);
    present.push(...ours.filter(({ owner }) => owner.leaseId === id));
  }
  return { listedAt, present };
}
