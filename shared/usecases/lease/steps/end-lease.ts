// End lease: every lease passes this step. Most leases are already ending here; the others end for
// the error that the workflow caught.

import { commitOnly } from '../../../core/lease/decision.ts';
import { type EndInput, endFromStep } from '../../../core/lease/end.ts';
import { done, type StepOutcome, supersededBy } from '../../../core/lease/step.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import { changeLease, type Records } from '../../common/change-lease.ts';

export type EndLeasePorts = Records & { readonly pulses: PulseStore };

/**
 * Commits that the lease is ending, unless it already is, and closes its pulse: heartbeats no
 * longer count. Safe to repeat. Detours: superseded. Throws StoreDown, Conflict.
 */
export function createEndLease(ports: EndLeasePorts) {
  return async (input: EndInput): Promise<StepOutcome> => {
    const { lease } = await changeLease(ports, input.leaseId, (current, now) =>
      commitOnly(endFromStep(current, input, now)),
    );
    const superseded = supersededBy(lease, input);
    if (superseded !== null) return superseded;
    await ports.pulses.close(input.leaseId);
    return done(null);
  };
}
