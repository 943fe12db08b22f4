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

const Content = z.object({ deployment: DeploymentId, leaseId: LeaseId, attempt: z.number() });

/** What a text says that has the form of a tag, whatever its mac; null for any other text. */
function parseTag(text: string): Ownership | null {
  const [, deployment, leaseId, attempt] = TAG.exec(text) ?? [];
  const content = Content.safeParse({ deployment, leaseId, attempt: Number(attempt) });
  return content.success ? content.data : null;
}

/** The content of a recorded tag, which needs no check of its mac. */
export function ownerIn(tag: Tag): Ownership {
  const owner = parseTag(tag);
  invariant(owner !== null, `not a tag: ${tag}`);
  return owner;
}

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
  const owner = label === null ? null : parseTag(label);
  if (owner === null || owner.deployment !== deployment) return null;
  return signer.verify(signed(owner), label?.slice(-TAG_MAC_LENGTH) ?? '') ? owner : null;
}

/** The start of every tag of one lease. */
const leasePrefix = ({ deployment, leaseId }: Omit<Ownership, 'attempt'>): string =>
  `gs-${deployment}-${leaseId}`;

/** Whether the provider may have cut this tag to the label: it must reach past the lease id. */
export const isCutFrom = (label: string | null, tag: Tag): boolean =>
  label !== null && tag.startsWith(label) && label.length > leasePrefix(ownerIn(tag)).length;

/**
 * Whether the label looks like a tag of this lease or, without one, of this deployment, and is not
 * a valid one: cut, changed, or signed under a key that is no longer in use.
 */
export const isNearMiss = (label: string | null, start: string): boolean =>
  label?.startsWith(start) === true;

export const deploymentPrefix = (deployment: DeploymentId): string => `gs-${deployment}-`;
export const prefixOfLease = (tag: Tag): string => leasePrefix(ownerIn(tag));
