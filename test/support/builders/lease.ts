// Leases in every state, built by the real moves, so that no test uses a lease that the program
// can't produce.

import type { InstanceId } from '../../../shared/core/base/ids.ts';
import { invariant } from '../../../shared/core/base/invariant.ts';
import { microUsd, microUsdPerHour } from '../../../shared/core/base/money.ts';
import { after, hours, minutes, monthOf } from '../../../shared/core/base/time.ts';
import {
  confirmAttempt,
  observeRunning,
  retireAttempt,
} from '../../../shared/core/instance/attempt-moves.ts';
import type { Offer } from '../../../shared/core/instance/offer.ts';
import { tagOf } from '../../../shared/core/instance/ownership.ts';
import { holdFor } from '../../../shared/core/lease/hold.ts';
import {
  currentAttempt,
  type EndReason,
  type LeaseIn,
  type Open,
  type Starting,
  type Terms,
} from '../../../shared/core/lease/lease.ts';
import {
  activate,
  chooseOffer,
  closeLease,
  confirmInstance,
  endLease,
  type Request,
  requestLease,
  startAttempt,
  withAttempt,
} from '../../../shared/core/lease/lease-moves.ts';
import { aConsumer, aDeployment, aLeaseId, anInstanceId, aSigner, at } from './base.ts';
import {
  aClosedAttempt,
  anAccountOf,
  anOffer,
  aProof,
  aRequirement,
  aVerified,
} from './instance.ts';

export function someTerms(change: Partial<Terms> = {}): Terms {
  return {
    requirement: aRequirement(),
    ceiling: microUsdPerHour(500_000),
    duration: hours(1),
    silenceLimit: minutes(5),
    liveness: 'auto',
    idle: null,
    image: 'ubuntu:24.04',
    startScript: '',
    sshPublicKey: 'ssh-ed25519 AAAA test',
    jobId: '',
    spendCapMicroUsd: null,
    transferGb: 20,
    transferCeilingMicroUsdPerGb: microUsd(30_000),
    requireTransferReports: false,
    selfEnding: false,
    ...change,
  };
}

/** Requested at 12:00 with its hold placed. */
export function aRequestedLease(change: Partial<Request> = {}): LeaseIn<'requested'> {
  const now = at('12:00');
  const terms = change.terms ?? someTerms();
  const hold = {
    amountMicroUsd: holdFor({ ...terms, attemptLimit: minutes(25) }),
    rateMicroUsdPerHour: terms.ceiling,
    month: monthOf(now),
    placedAt: now,
  };
  const who = { id: aLeaseId(), consumer: aConsumer, requestHash: 'hash-of-the-body' };
  const env = { TOKEN: 'secret' };
  return requestLease({ ...who, terms, env, hold, deadline: at('14:00'), ...change }, now);
}

/** The next attempt of `from` is recorded at 12:01; its instance may appear until 12:06. */
export function aLaunchingLease(
  from: Starting = aRequestedLease(),
  offer: Offer = anOffer(),
): LeaseIn<'launching'> {
  const now = at('12:01');
  const number = from.attempts.length + 1;
  const tag = tagOf({ deployment: aDeployment, leaseId: from.id, attempt: number }, aSigner);
  const chosen = chooseOffer(from, { offer, reason: 'the cheapest' }, now);
  return startAttempt(
    chosen,
    { number, offer, tag, mayLandUntil: at('12:06'), account: anAccountOf() },
    now,
  );
}

/** Its instance was created at 12:02. */
export function aBootingLease(
  from: LeaseIn<'launching'> = aLaunchingLease(),
  instanceId: InstanceId = anInstanceId(),
): LeaseIn<'booting'> {
  const attempt = currentAttempt(from);
  invariant(attempt?.state === 'recorded', 'a launching lease has a recorded attempt');
  return confirmInstance(from, aVerified(confirmAttempt(attempt, instanceId, at('12:02'))));
}

/** Its instance runs since 12:03; the lease is active from 12:04 for the duration of its terms. */
export function anActiveLease(from: LeaseIn<'booting'> = aBootingLease()): LeaseIn<'active'> {
  const now = at('12:04');
  const attempt = currentAttempt(from);
  invariant(attempt?.state === 'created', 'a booting lease has a created attempt');
  const ready = {
    attempt: observeRunning(attempt, at('12:03')),
    deadline: after(now, from.terms.duration),
    ssh: [{ host: '192.0.2.1', port: 22, user: 'root' }],
    facts: null,
    reason: 'an SSH banner was seen',
  };
  return activate(from, ready, now);
}

/** Ending since 12:30; its instances still exist. */
export function anEndingLease(
  from: Open = anActiveLease(),
  reason: EndReason = 'released',
): LeaseIn<'ending'> {
  return endLease(from, { reason, why: 'a test said so' }, at('12:30'));
}

/** The lease with all its attempts closed. */
export function withAllClosed(lease: LeaseIn<'ending'>): LeaseIn<'ending'> {
  return lease.attempts.reduce((all, attempt) => withAttempt(all, aClosedAttempt(attempt)), lease);
}

/** Ended at 12:34, its instance proved absent. */
export function anEndedLease(from: LeaseIn<'ending'> = anEndingLease()): LeaseIn<'ended'> {
  return closeLease(withAllClosed(from), aProof(), at('12:34'));
}

/** The lease whose instance was not ready in time. */
export function aRetiringLease(lease = aBootingLease()): LeaseIn<'booting'> {
  const attempt = currentAttempt(lease);
  invariant(attempt?.state === 'created', 'it has an instance');
  return withAttempt(lease, retireAttempt(attempt, 'boot-timeout'));
}
