// The bearer token a rented instance carries: which lease and attempt it sends heartbeats for. It
// opens nothing else, and its mac is never valid for a tag, nor a tag's for it.

import { brandId, LeaseId } from '../core/base/ids.ts';
import { invariant } from '../core/base/invariant.ts';
import type { Signer } from '../core/instance/ownership.ts';

/** What a token says. `attempt` is 1 to 99. */
export type TokenClaims = { readonly leaseId: LeaseId; readonly attempt: number };

/** 32 hex digits: 128 bits, since anybody may try tokens against the heartbeat route. */
const MAC_LENGTH = 32;
const TOKEN = /^v1\.([a-z0-9]{20})\.([1-9][0-9]?)\.([0-9a-f]{32})$/;

const saidBy = ({ leaseId, attempt }: TokenClaims): string => `v1.${leaseId}.${attempt}`;
const signed = (claims: TokenClaims): string => `lease-token:${saidBy(claims)}`;

/** Writes `v1.<leaseId>.<attempt>.<mac>`. The same claims always give the same token. */
export function createLeaseToken(claims: TokenClaims, signer: Signer): string {
  const { attempt } = claims;
  invariant(
    Number.isInteger(attempt) && attempt >= 1 && attempt <= 99,
    `attempt out of range: ${attempt}`,
  );
  return `${saidBy(claims)}.${signer.mac(signed(claims)).slice(0, MAC_LENGTH)}`;
}

/** Reads a token; null unless it is exactly one of ours. Whether its lease is over isn't asked. */
export function readLeaseToken(text: string, signer: Signer): TokenClaims | null {
  const [, id, attempt, mac] = TOKEN.exec(text) ?? [];
  if (id === undefined || mac === undefined) return null;
  const claims = { leaseId: brandId(LeaseId, id), attempt: Number(attempt) };
  return signer.verify(signed(claims), mac) ? claims : null;
}
