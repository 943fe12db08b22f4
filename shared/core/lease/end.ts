// How a lease begins to end, whoever asks for it. A lease that is over stays as it is.

import type { Caller } from '../base/caller.ts';
import type { EpochMs } from '../base/time.ts';
import { type EndReason, isOver, type Lease, type LeaseIn } from './lease.ts';
import { endLease } from './lease-moves.ts';
import { type StepInput, supersededBy } from './step.ts';
import { visible } from './visible.ts';

/** For what a lease ends, and in words. */
export type End = { readonly reason: EndReason; readonly why: string };

/** The lease as ending; null when it is over. */
export const endUnlessOver = (lease: Lease, end: End, now: EpochMs): LeaseIn<'ending'> | null =>
  isOver(lease) ? null : endLease(lease, end, now);

/** The lease as released by `caller`; null when it is over. Throws NotFound for another's lease. */
export function releaseLease(lease: Lease, caller: Caller, now: EpochMs): LeaseIn<'ending'> | null {
  visible(lease, caller);
  const own = lease.consumer === caller.consumer;
  const why = own
    ? 'its consumer released the lease'
    : `operator ${caller.consumer} released the lease`;
  return endUnlessOver(lease, { reason: 'released', why }, now);
}

/** The state machine's report of what it could not get past, in its own words. */
type StepError = { readonly Error: string; readonly Cause: string };

const REASONS: Readonly<Record<string, EndReason>> = {
  NoOffer: 'no-offer',
  OverBudget: 'over-budget',
};

/** A Lambda's Cause is JSON with an errorMessage; anything else is shown as it is. */
function causeOf({ Error: name, Cause: cause }: StepError): string {
  const message = /"errorMessage":"((?:[^"\\]|\\.)*)"/.exec(cause)?.[1];
  return message ?? `${name}: ${cause}`;
}

/** For what a lease ends that its workflow could not go on with. */
function endForError(error: StepError | undefined): End {
  if (error === undefined) {
    return { reason: 'failed', why: 'the workflow failed without a reason' };
  }
  return { reason: REASONS[error.Error] ?? 'failed', why: causeOf(error) };
}

export type EndInput = StepInput & { readonly error?: StepError | undefined };

/** The lease as ending for what its workflow reports; null when it is over or was superseded. */
export function endFromStep(lease: Lease, input: EndInput, now: EpochMs): LeaseIn<'ending'> | null {
  if (supersededBy(lease, input) !== null) return null;
  return endUnlessOver(lease, endForError(input.error), now);
}
