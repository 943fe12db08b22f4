// End lease: the one way out that every lease takes. Most leases come here with their end already
// committed; the others end for what the workflow could not get past.

import { commitOnly } from '../../../core/lease/decision.ts';
import { type EndInput, endFromStep } from '../../../core/lease/end.ts';
import type { Lease } from '../../../core/lease/lease.ts';
import { done, type StepOutcome, supersededBy } from '../../../core/lease/step.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import { changeLease, type Records } from '../../common/change-lease.ts';

export type EndLeasePorts = Records & { readonly pulses: PulseStore };

/** Commits that the lease ends, unless it does already. Throws StoreDown, Conflict. */
export async function ensureEnding(records: Records, input: EndInput): Promise<Lease> {
  const { lease } = await changeLease(records, input.leaseId, (current, now) =>
    commitOnly(endFromStep(current, input, now)),
  );
  return lease;
}

/**
 * Commits that the lease ends, unless it does already, and closes its pulse: no heartbeat counts
 * any more. Safe to repeat. Detours: superseded. Throws StoreDown, Conflict.
 */
export function createEndLease(ports: EndLeasePorts) {
  return async (input: EndInput): Promise<StepOutcome> => {
    const lease = await ensureEnding(ports, input);
    const superseded = supersededBy(lease, input);
    if (superseded !== null) return superseded;
    await ports.pulses.close(input.leaseId);
    return done(null);
  };
}
