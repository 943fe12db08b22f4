// Listed instances and their tags. A valid tag makes an instance ours without a database; what a
// row without one is to a lease is decided in claim.ts.

import type { DeploymentId } from '../base/ids.ts';
import type { EpochMs } from '../base/time.ts';
import type { Instance } from './instance.ts';
import { type Ownership, readTag, type Signer } from './ownership.ts';

/** What is needed to read a tag of this deployment and check its mac. */
export type TagReader = { readonly deployment: DeploymentId; readonly signer: Signer };

/** A listed instance of this deployment, with the content of its tag. */
export type Sighting = { readonly instance: Instance; readonly owner: Ownership };

/** A listed instance; `owner` is null unless its label is a valid tag of this deployment. */
export type Row = { readonly instance: Instance; readonly owner: Ownership | null };

/** All instances in complete listings. */
export type Listing = {
  /** When the earliest of the listings started. */
  readonly listedAt: EpochMs;
  readonly rows: readonly Row[];
};

/** Reads the tags of listed instances. */
export const readRows = (
  instances: readonly Instance[],
  { deployment, signer }: TagReader,
): readonly Row[] =>
  instances.map((instance) => ({ instance, owner: readTag(instance.label, deployment, signer) }));

/** Separates instances with a valid tag of this deployment from all others. */
export function separateOurs(
  instances: readonly Instance[],
  reader: TagReader,
): { readonly ours: readonly Sighting[]; readonly foreign: readonly Instance[] } {
  const ours: Sighting[] = [];
  const foreign: Instance[] = [];
  for (const { instance, owner } of readRows(instances, reader)) {
    if (owner === null) foreign.push(instance);
    else ours.push({ instance, owner });
  }
  return { ours, foreign };
}
