// Which listed instances belong to this deployment: decided by their tags alone, without a
// database.

import type { DeploymentId } from '../base/ids.ts';
import type { EpochMs } from '../base/time.ts';
import type { Instance } from './instance.ts';
import { type Ownership, readTag, type Signer } from './ownership.ts';

/** What is needed to read a tag of this deployment and check its mac. */
export type TagReader = { readonly deployment: DeploymentId; readonly signer: Signer };

/** A listed instance of this deployment, with the content of its tag. */
export type Sighting = { readonly instance: Instance; readonly owner: Ownership };

/** The instances of one lease, of any attempt, in complete listings. */
export type LeaseListing = {
  /** When the earliest of the listings started. */
  readonly listedAt: EpochMs;
  readonly present: readonly Sighting[];
};

/** Separates instances with a valid tag of this deployment from all others. */
export function separateOurs(
  instances: readonly Instance[],
  { deployment, signer }: TagReader,
): { readonly ours: readonly Sighting[]; readonly foreign: readonly Instance[] } {
  const ours: Sighting[] = [];
  const foreign: Instance[] = [];
  for (const instance of instances) {
    const owner = readTag(instance.label, deployment, signer);
    if (owner === null) foreign.push(instance);
    else ours.push({ instance, owner });
  }
  return { ours, foreign };
}
