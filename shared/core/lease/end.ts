// How a lease starts to end, for every caller. An ending or ended lease stays unchanged.

import type { Caller } from '../base/caller.ts';
import type { EpochMs } from '../base/time.ts';
import { type EndReason, isOver, type Lease, type LeaseIn } from './lease.ts';
import { endLease } from './lease-moves.ts';
import { type StepInput, supersededBy } from './step.ts';
import { requireVisible } from './visible.ts';

/** Why a lease ends: the reason code, and a text for people. */
export type End = { readonly reason: EndReason; readonly why: string };

/** The lease in `ending`; null when it is already ending or ended. */
export const endUnlessOver = (lease: Lease, end: End, now: EpochMs): LeaseIn<'ending'> | null =>
  isOver(lease) ? null : endLease(lease, end, now);

/**
 * The lease released by `caller`; null when it is already ending or ended. Throws NotFound for
 * another consumer's lease.
 */
export function releaseLease(lease: Lease, caller: Caller, now: EpochMs): LeaseIn<'ending'> | null {
  requireVisible(lease, caller);
  const own = lease.consumer === caller.consumer;
  const why = own
    ? 'its consumer released the lease'
    : `operator ${caller.consumer} released the lease`;
  return endUnlessOver(lease, { reason: 'released', why }, now);
}

/** The error that the state machine caught, in the format of Step Functions. */
type StepError = { readonly Error: string; readonly Cause: string };

const REASONS: Readonly<Record<string, EndReason>> = {
  NoOffer: 'no-offer',
  OverBudget: 'over-budget',
};

/** A Lambda's Cause is JSON with an errorMessage; any other Cause is shown unchanged. */
function causeOf({ Error: name, Cause: cause }: StepError): string {
  const message = /"errorMessage":"((?:[^"\\]|\\.)*)"/.exec(cause)?.[1];
  return message ?? `${name}: ${cause}`;
}

/** Why the lease ends after its workflow caught `error`. */
function endForError(error: StepError | undefined): End {
  if (error === undefined) {
    return { reason: 'failed', why: 'the workflow failed without a reason' };
  }
  return { reason: REASONS[error.Error] ?? 'failed', why: causeOf(error) };
}

export type EndInput = StepInput & { readonly error?: StepError | undefined };

/**
 * The lease in `ending` for the error its workflow reports; null when the lease is already ending
 * or ended, or when a newer generation runs.
 */
export function endFromStep(lease: Lease, input: EndInput, now: EpochMs): LeaseIn<'ending'> | null {
  if (supersededBy(lease, input) !== null) return null;
  return endUnlessOver(lease, endForError(input.error), now);
}
