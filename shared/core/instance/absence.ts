// The proof that no instance of a lease is left. Only `proveAbsence` creates one from observations;
// a stored proof is read back unchanged. A lease cannot end without this proof.

import * as z from 'zod/mini';
import type { Brand } from '../base/brand.ts';
import { between, type DurationMs, EpochMs } from '../base/time.ts';

/**
 * Two complete listings, started at `from` and `until`, neither showing an instance of the lease.
 * Both are null when no create call was ever made, so that no instance can exist.
 */
export type AbsenceProof = Brand<
  { readonly from: EpochMs | null; readonly until: EpochMs | null },
  'AbsenceProof'
>;

const Stored = z.object({ from: z.nullable(EpochMs), until: z.nullable(EpochMs) });

/** Parses a stored proof. */
export const AbsenceProof = z.custom<AbsenceProof>(
  (value) => Stored.safeParse(value).success,
  'must be a stored absence proof',
);

/** The evidence so far for the absence of an instance. */
export type AbsenceEvidence = {
  /**
   * Listings started before this prove nothing: a destroy or a late create may take effect after
   * them.
   */
  readonly notBefore: EpochMs;
  /** When the first complete listing without the instance started, or null. */
  readonly absentSince: EpochMs | null;
  /** How long the provider's listing may lag behind its instances. */
  readonly listLag: DurationMs;
};

export type AbsenceVerdict =
  | { readonly kind: 'proved'; readonly proof: AbsenceProof }
  /** Not yet: remember `absentSince` and list again. */
  | { readonly kind: 'pending'; readonly absentSince: EpochMs | null };

/**
 * Judges a complete listing, started at `listedAt`, that does not show the instance. Two such
 * listings at least the list lag apart, both started at or after `notBefore`, are proof.
 */
export function proveAbsence(evidence: AbsenceEvidence, listedAt: EpochMs): AbsenceVerdict {
  if (listedAt < evidence.notBefore) return { kind: 'pending', absentSince: null };
  const { absentSince } = evidence;
  if (absentSince === null || absentSince < evidence.notBefore) {
    return { kind: 'pending', absentSince: listedAt };
  }
  // The same instant means the same listing, read again by a repeated step: it counts once.
  if (listedAt <= absentSince || between(absentSince, listedAt) < evidence.listLag) {
    return { kind: 'pending', absentSince };
  }
  return { kind: 'proved', proof: { from: absentSince, until: listedAt } as AbsenceProof };
}

/** The proof for a lease or attempt whose create call was never made, or was definitely refused. */
export function nothingWasCreated(): AbsenceProof {
  return { from: null, until: null } as AbsenceProof;
}
