// The tag that each instance of this deployment has from its creation. Ownership is an exact parse
// plus a valid mac, which needs no database. An instance that fails either check is never touched.

import * as z from 'zod/mini';
import type { Brand } from '../base/brand.ts';
import { DeploymentId, LeaseId } from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';

/** `gs-<deployment>-<leaseId>-<attempt>-<mac>`, at most 60 characters. */
export type Tag = Brand<string, 'Tag'>;
export const Tag = z.custom<Tag>(
  (value) => typeof value === 'string' && TAG.test(value),
  'must be a tag of this project',
);

/** The content of a tag. `attempt` is 1 to 99. */
export type Ownership = {
  readonly deployment: DeploymentId;
  readonly leaseId: LeaseId;
  readonly attempt: number;
};

/**
 * Signs a text under a key of this deployment. `mac` returns lower-case hex of HMAC-SHA256;
 * `verify` accepts the current and the previous key and compares in constant time.
 */
export type Signer = {
  mac(text: string): string;
  verify(text: string, mac: string): boolean;
};

/** 16 hex digits: 64 bits, so guessing one takes a provider years of accepted creates. */
export const TAG_MAC_LENGTH = 16;
const TAG = /^gs-([a-z0-9]{2,12})-([a-z0-9]{20})-([1-9][0-9]?)-([0-9a-f]{16})$/;

const signed = (owner: Ownership): string =>
  `gs-${owner.deployment}-${owner.leaseId}-${owner.attempt}`;

/** Writes the tag of one attempt. The same inputs always give the same tag. */
export function tagOf(owner: Ownership, signer: Signer): Tag {
  const { attempt } = owner;
  const inRange = Number.isInteger(attempt) && attempt >= 1 && attempt <= 99;
  invariant(inRange, `attempt out of range: ${attempt}`);
  const text = signed(owner);
  return `${text}-${signer.mac(text).slice(0, TAG_MAC_LENGTH)}` as Tag;
}

/**
 * Reads a label found at a provider. Null unless it is exactly a tag of `deployment` with a valid
 * mac: a foreign, truncated, padded or forged label is never accepted.
 */
export function readTag(
  label: string | null,
  deployment: DeploymentId,
  signer: Signer,
): Ownership | null {
  const match = label === null ? null : TAG.exec(label);
  if (match === null) return null;
  const owner = z
    .object({ deployment: DeploymentId, leaseId: LeaseId, attempt: z.number() })
    .safeParse({ deployment: match[1], leaseId: match[2], attempt: Number(match[3]) });
  if (!owner.success || owner.data.deployment !== deployment) return null;
  return signer.verify(signed(owner.data), match[4] ?? '') ? owner.data : null;
}
