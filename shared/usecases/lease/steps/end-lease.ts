// End lease: the one door every lease leaves through. Most leases come here with their end already
// committed; the others end for what the workflow could not get past.

import { type EndReason, isOver, type Lease } from '../../../core/lease/lease.ts';
import { endLease } from '../../../core/lease/lease-moves.ts';
import { done, type StepInput, type StepOutcome, supersededBy } from '../../../core/lease/step.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import { changeLease, type Records } from '../../common/change-lease.ts';

export type EndLeasePorts = Records & { readonly pulses: PulseStore };

/** The state machine's report of what went wrong, in its own words. */
export type EndLeaseInput = StepInput & {
  readonly error?: { readonly Error: string; readonly Cause: string } | undefined;
};

const REASONS: Readonly<Record<string, EndReason>> = {
  NoOffer: 'no-offer',
  OverBudget: 'over-budget',
};

function endOf(error: EndLeaseInput['error']): { reason: EndReason; why: string } {
  if (error === undefined)
    return { reason: 'failed', why: 'the workflow ended it without a reason' };
  return { reason: REASONS[error.Error] ?? 'failed', why: causeOf(error) };
}

/** A Lambda's Cause is JSON with an errorMessage; anything else is shown as it is. */
function causeOf(error: { readonly Error: string; readonly Cause: string }): string {
  const message = /"errorMessage":"((?:[^"\\]|\\.)*)"/.exec(error.Cause)?.[1];
  return message ?? `${error.Error}: ${error.Cause}`;
}

/** Commits that the lease ends, unless it does already. Throws StoreDown, Conflict. */
export async function ensureEnding(records: Records, input: EndLeaseInput): Promise<Lease> {
  const { lease } = await changeLease(records, input.leaseId, (current, now) => {
    const done = isOver(current) || supersededBy(current, input) !== null;
    return { commit: done ? null : endLease(current, endOf(input.error), now), result: null };
  });
  return lease;
}

/**
 * Commits that the lease ends, unless it does already, and closes its pulse: no beat counts any
 * more. Safe to repeat. Detours: superseded. Throws StoreDown, Conflict.
 */
export function createEndLease(ports: EndLeasePorts) {
  return async (input: EndLeaseInput): Promise<StepOutcome> => {
    const lease = await ensureEnding(ports, input);
    const superseded = supersededBy(lease, input);
    if (superseded !== null) return superseded;
    await ports.pulses.close(input.leaseId);
    return done(null);
  };
}
