// The bearer token of an instance: the lease and attempt that it sends heartbeats for. It grants
// nothing else. Its mac is never valid for a tag, nor the mac of a tag for it.

import { brandId, LeaseId } from '../core/base/ids.ts';
import { invariant } from '../core/base/invariant.ts';
import type { Signer } from '../core/instance/ownership.ts';

/** The claims of a token. `attempt` is 1 to 99. */
export type TokenClaims = { readonly leaseId: LeaseId; readonly attempt: number };

/** 32 hex digits: 128 bits, since anyone can try tokens on the heartbeat route. */
const MAC_LENGTH = 32;
const TOKEN = /^v1\.([a-z0-9]{20})\.([1-9][0-9]?)\.([0-9a-f]{32})$/;

const claimsText = ({ leaseId, attempt }: TokenClaims): string => `v1.${leaseId}.${attempt}`;
const signed = (claims: TokenClaims): string => `lease-token:${claimsText(claims)}`;

/** Writes `v1.<leaseId>.<attempt>.<mac>`. The same claims always give the same token. */
export function createLeaseToken(claims: TokenClaims, signer: Signer): string {
  const { attempt } = claims;
  invariant(
    Number.isInteger(attempt) && attempt >= 1 && attempt <= 99,
    `attempt out of range: ${attempt}`,
  );
  return `${claimsText(claims)}.${signer.mac(signed(claims)).slice(0, MAC_LENGTH)}`;
}

/** Reads a token; null unless it is valid. It doesn't check whether the lease is over. */
export function readLeaseToken(text: string, signer: Signer): TokenClaims | null {
  const [, id, attempt, mac] = TOKEN.exec(text) ?? [];
  if (id === undefined || mac === undefined) return null;
  const claims = { leaseId: brandId(LeaseId, id), attempt: Number(attempt) };
  return signer.verify(signed(claims), mac) ? claims : null;
}
