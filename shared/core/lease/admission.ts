// Admission of a request: what has to be held for it, the lease it becomes, and whether a repeat
// under the same key is the same request.

import { Failure } from '../base/failure.ts';
import type { ConsumerId, LeaseId } from '../base/ids.ts';
import { launchBound } from '../base/policy/lease.ts';
import { after, type DurationMs, type EpochMs, monthOf } from '../base/time.ts';
import type { Hold } from '../ledger/account.ts';
import { UNKNOWN_REQUEST } from './cancelled-lease.ts';
import { holdFor } from './hold.ts';
import type { Lease, LeaseIn, Terms } from './lease.ts';
import { requestLease } from './lease-moves.ts';

/** The hold that the request needs, as things stand now. */
export function holdNeeded(terms: Terms, attemptLimit: DurationMs, now: EpochMs): Hold {
  return {
    amountMicroUsd: holdFor({ ...terms, attemptLimit }),
    rateMicroUsdPerHour: terms.ceiling,
    month: monthOf(now),
    placedAt: now,
  };
}

export type AdmittedRequest = {
  readonly id: LeaseId;
  readonly consumer: ConsumerId;
  readonly requestHash: string;
  readonly terms: Terms;
  readonly env: Readonly<Record<string, string>>;
  /** As the account has it. */
  readonly hold: Hold;
};

/** The lease of a request whose hold is placed. It ends by its launch bound if it never serves. */
export function admitRequest(
  request: AdmittedRequest,
  attemptLimit: DurationMs,
  now: EpochMs,
): LeaseIn<'requested'> {
  return requestLease({ ...request, deadline: after(now, launchBound(attemptLimit)) }, now);
}

function keyReused(): never {
  const message = 'this Idempotency-Key was already used with a different request body';
  throw new Failure('KeyReused', message, { field: 'Idempotency-Key' });
}

/** The lease, if it is this request's. Throws KeyReused when it was another body's. */
export function sameRequest(lease: Lease, requestHash: string): Lease {
  return [UNKNOWN_REQUEST, requestHash].includes(lease.requestHash) ? lease : keyReused();
}

/**
 * The hold that is placed under the key, if it is this request's: a request that was interrupted
 * may have left it without a lease. Throws KeyReused when it was another body's.
 */
export function sameHold(placed: Hold, needed: Hold): Hold {
  const same =
    placed.amountMicroUsd === needed.amountMicroUsd &&
    placed.rateMicroUsdPerHour === needed.rateMicroUsdPerHour;
  return same ? placed : keyReused();
}
