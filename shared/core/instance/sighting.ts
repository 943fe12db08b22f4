// Which listed instances are ours: decided by their tags alone, without any database.

import type { DeploymentId } from '../base/ids.ts';
import type { EpochMs } from '../base/time.ts';
import type { Instance } from './instance.ts';
import { type Ownership, readTag, type Signer } from './ownership.ts';

/** What it takes to read a tag: only this deployment's, with a valid mac. */
export type TagReader = { readonly deployment: DeploymentId; readonly signer: Signer };

/** An instance of ours, as a listing shows it, with what its tag says. */
export type Sighting = { readonly instance: Instance; readonly owner: Ownership };

/** The instances of one lease, any attempt, as complete listings show them. */
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
