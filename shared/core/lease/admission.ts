// Admission of a lease request: the hold it needs, the lease to create, and whether a request with
// a known idempotency key repeats the first one.

import { Failure } from '../base/failure.ts';
import { amountOf, formatUsd } from '../base/money.ts';
import { launchBound } from '../base/policy/lease.ts';
import { after, type DurationMs, type EpochMs, monthOf } from '../base/time.ts';
import type { Hold } from '../ledger/account.ts';
import { UNKNOWN_REQUEST } from './cancelled-lease.ts';
import { holdFor } from './hold.ts';
import type { Lease, LeaseIn, Terms } from './lease.ts';
import { type Request, requestLease } from './lease-moves.ts';

/** Throws BadRequest with the name of a variable that the agent needs. */
export function checkEnv(
  env: Readonly<Record<string, string>>,
  reserved: ReadonlySet<string>,
): void {
  const name = Object.keys(env).find((each) => reserved.has(each));
  if (name === undefined) return;
  const message = `env: must not set ${name}: the agent on the instance needs it`;
  throw new Failure('BadRequest', message, { field: `env.${name}` });
}

/**
 * Throws BadRequest when a spend cap is below the price of the transfer allowance: unreported
 * transfer is reserved in the cap, so the lease would end as soon as its instance runs.
 */
export function checkSpendCap(terms: Terms): void {
  const { spendCapMicroUsd: cap, transferGb, transferCeilingMicroUsdPerGb: perGb } = terms;
  const price = amountOf(perGb, transferGb);
  if (cap === null || cap >= price) return;
  const transfer = `${transferGb} GB of transfer at ${formatUsd(perGb)} per GB`;
  const instead = 'raise it, or lower transferGb or transferCeilingMicroUsdPerGb';
  const message = `must be at least ${formatUsd(price)}, the price of ${transfer}: ${instead}`;
  const field = 'spendCapMicroUsd';
  throw new Failure('BadRequest', `${field}: ${message}`, { field });
}

const DEMANDS = ['requireTransferReports', 'selfEnding'] as const;

/** Throws BadRequest for what only an agent does, where instances have no endpoint to call. */
export function checkDemands(terms: Terms, phoneHome: boolean): void {
  const field = DEMANDS.find((name) => terms[name]);
  if (phoneHome || field === undefined) return;
  const message = `${field}: is not possible: instances of this deployment run no agent`;
  throw new Failure('BadRequest', message, { field });
}

/** The hold that the request needs at `now`. */
export function holdNeeded(terms: Terms, attemptLimit: DurationMs, now: EpochMs): Hold {
  return {
    amountMicroUsd: holdFor({ ...terms, attemptLimit }),
    rateMicroUsdPerHour: terms.ceiling,
    month: monthOf(now),
    placedAt: now,
  };
}

/**
 * The lease of a request whose hold is placed. It ends at its launch bound if it never becomes
 * active.
 */
export function admitRequest(
  request: Omit<Request, 'deadline'>,
  attemptLimit: DurationMs,
  now: EpochMs,
): LeaseIn<'requested'> {
  return requestLease({ ...request, deadline: after(now, launchBound(attemptLimit)) }, now);
}

function keyReused(): never {
  const message = 'this Idempotency-Key was already used with a different request body';
  throw new Failure('KeyReused', message, { field: 'Idempotency-Key' });
}

/**
 * Returns the lease when this request created it. Throws KeyReused when its request had a different
 * body.
 */
export function sameRequest(lease: Lease, requestHash: string): Lease {
  return [UNKNOWN_REQUEST, requestHash].includes(lease.requestHash) ? lease : keyReused();
}

/**
 * Returns the hold placed under the key when this request needs the same one: an interrupted
 * request may leave a hold without a lease. Throws KeyReused when the request had a different body.
 */
export function sameHold(placed: Hold, needed: Hold): Hold {
  const same =
    placed.amountMicroUsd === needed.amountMicroUsd &&
    placed.rateMicroUsdPerHour === needed.rateMicroUsdPerHour;
  return same ? placed : keyReused();
}
