// A request can be interrupted after its hold is placed and before its lease is written. The sweep
// then writes the lease as ended: its hold is released, and no later repeat can start it.

import type { ConsumerId, LeaseId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { durationMs, type EpochMs } from '../base/time.ts';
import { nothingWasCreated } from '../instance/absence.ts';
import type { Hold } from '../ledger/account.ts';
import type { LeaseIn, Terms } from './lease.ts';
import { closeLease, endLease, requestLease } from './lease-moves.ts';

/**
 * The request hash of a cancelled lease. The original hash is lost; a repeat of the request finds
 * the cancelled lease.
 */
export const UNKNOWN_REQUEST = 'unknown';

/** The requested terms are lost, except the rate of the hold. */
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
  requireTransferReports: false,
  selfEnding: false,
});

/** Creates the ended lease for a hold without a lease. Its outbox releases the whole hold. */
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
