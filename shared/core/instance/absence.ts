// The proof that no instance of a lease is left. Only this file constructs one; a stored proof is
// read back unchanged. A lease cannot end without it. An operator's word is not called a proof
// anywhere else: a reader must see that nobody proved it.

import * as z from 'zod/mini';
import type { Brand } from '../base/brand.ts';
import { ConsumerId } from '../base/ids.ts';
import { between, type DurationMs, EpochMs } from '../base/time.ts';

const Stored = z.discriminatedUnion('by', [
  /** Two complete listings, started at `from` and `until`, neither showing an instance. */
  z.object({ by: z.literal('listings'), from: EpochMs, until: EpochMs }),
  /** No create call was ever made, or the provider definitely refused it. */
  z.object({ by: z.literal('nothing-created') }),
  /** An operator says that no instance is left. */
  z.object({ by: z.literal('attested'), who: ConsumerId, why: z.string(), at: EpochMs }),
]);

export type AbsenceProof = Brand<z.infer<typeof Stored>, 'AbsenceProof'>;

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
  return {
    kind: 'proved',
    proof: { by: 'listings', from: absentSince, until: listedAt } as AbsenceProof,
  };
}

/** The proof for a lease or attempt whose create call was never made, or was definitely refused. */
export function nothingWasCreated(): AbsenceProof {
  return { by: 'nothing-created' } as AbsenceProof;
}

/** Who says that no instance is left, and why this must be believed. */
export type Attestation = {
  readonly who: ConsumerId;
  readonly why: string;
  readonly at: EpochMs;
};

/** An operator takes the place of a proof that nothing else can give. */
export const attestAbsence = ({ who, why, at }: Attestation): AbsenceProof =>
  ({ by: 'attested', who, why, at }) as AbsenceProof;

/** Until when the absence is known: null when no instance was ever created. */
export function absentUntil(proof: AbsenceProof): EpochMs | null {
  switch (proof.by) {
    case 'listings':
      return proof.until;
    case 'nothing-created':
      return null;
    case 'attested':
      return proof.at;
  }
}
