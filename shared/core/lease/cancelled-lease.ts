// The lease that a request never came to write: its hold was placed, then the request was cut off.
// It is written as ended, so that nothing can begin under its id any more, and its hold returned.

import type { ConsumerId, LeaseId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { durationMs, type EpochMs } from '../base/time.ts';
import { nothingWasCreated } from '../instance/absence.ts';
import type { Hold } from '../ledger/account.ts';
import type { LeaseIn, Terms } from './lease.ts';
import { closeLease, endLease, requestLease } from './lease-moves.ts';

/** Of a request that nobody remembers: a repeat of it finds the cancelled lease. */
export const UNKNOWN_REQUEST = 'unknown';

/** Nobody knows what was asked for; only the rate that was held. */
const unknownTerms = (hold: Hold): Terms => ({
  requirement: {
    gpuNames: [],
    gpuCount: 1,
    minVramGb: 0,
    countries: [],
    providers: [],
    diskGb: 1,
  },
  ceiling: hold.rateMicroUsdPerHour,
  duration: durationMs(0),
  silenceLimit: policy.lease.defaultSilence,
  liveness: 'auto',
  idle: null,
  image: '',
  startScript: '',
  sshPublicKey: '',
  jobId: '',
  spendCapMicroUsd: null,
  transferGb: 0,
  transferCeilingMicroUsdPerGb: policy.transfer.defaultCeiling,
});

/** The ended lease of a hold that has none. Its outbox returns the whole hold. */
export function cancelledLease(
  left: { readonly leaseId: LeaseId; readonly consumer: ConsumerId; readonly hold: Hold },
  now: EpochMs,
): LeaseIn<'ended'> {
  const { leaseId: id, consumer, hold } = left;
  const who = { id, consumer, requestHash: UNKNOWN_REQUEST };
  const terms = unknownTerms(hold);
  const requested = requestLease({ ...who, terms, env: {}, hold, deadline: now }, now);
  const why = 'the request was interrupted after its hold was placed';
  return closeLease(
    endLease(requested, { reason: 'cancelled', why }, now),
    nothingWasCreated(),
    now,
  );
}
