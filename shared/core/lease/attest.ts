// An operator attests that no instance of an ending lease is left, where nothing can prove it: the
// provider's account is closed, or a listed instance stays doubtful. The records say attested.

import type { EpochMs } from '../base/time.ts';
import { type Attestation, attestAbsence } from '../instance/absence.ts';
import { proofOf } from '../instance/attempt.ts';
import type { LastKnownOf } from '../instance/usage.ts';
import type { Lease } from './lease.ts';
import { addEvent } from './lease-moves.ts';
import { closeAttempts } from './teardown.ts';

export type AttestPlan =
  | { readonly kind: 'attest'; readonly lease: Lease }
  /** The absence is proved or attested already. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'not-ending'; readonly why: string };

/** Closes every open attempt; an instance without an accepted destroy is charged as last seen. */
export function planAttestation(
  lease: Lease,
  { attestation, last }: { readonly attestation: Attestation; readonly last: LastKnownOf },
  now: EpochMs,
): AttestPlan {
  if (lease.state !== 'ending' && lease.state !== 'ended') {
    return { kind: 'not-ending', why: `the lease is ${lease.state}: release it first` };
  }
  if (proofOf(lease.attempts) !== null) return { kind: 'unchanged' };
  const proof = attestAbsence(attestation);
  const closed = closeAttempts(lease, { proof, last }, now);
  const { who, why } = attestation;
  const reason = `operator ${who} attests that no instance is left, which nothing proves: ${why}`;
  return { kind: 'attest', lease: addEvent(closed, { type: 'absence-attested', reason }, now) };
}
