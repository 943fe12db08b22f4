// Settlement: closes and charges a lease when the absence of all its instances is proved.

import type { EpochMs } from '../base/time.ts';
import { proofOf } from '../instance/attempt.ts';
import { type Decision, keep } from './decision.ts';
import type { Lease } from './lease.ts';
import { closeLease } from './lease-moves.ts';
import { detour, done, type StepInput, type StepOutcome, supersededBy } from './step.ts';

/** Closes an ending lease whose absence is proved; an ended lease stays unchanged. */
export function settleLease(lease: Lease, input: StepInput, now: EpochMs): Decision<StepOutcome> {
  const superseded = supersededBy(lease, input);
  if (superseded !== null) return keep(superseded);
  if (lease.state === 'ended') return keep(done(null));
  const proof = proofOf(lease.attempts);
  if (lease.state !== 'ending' || proof === null) {
    return keep(detour('absence-pending', 'absence is not proved yet'));
  }
  return { commit: closeLease(lease, proof, now), result: done(null) };
}
