// What tests start from. Every lease here is built by the real moves, so that no test rests on a
// lease that the program could not make. Each state's builder goes on from the state before it.

import { createHmacSigner } from '../../../shared/adapters/hmac-signer.ts';
import {
  brandId,
  ConsumerId,
  DeploymentId,
  InstanceId,
  LeaseId,
} from '../../../shared/core/base/ids.ts';
import { invariant } from '../../../shared/core/base/invariant.ts';
import { microUsd, microUsdPerHour } from '../../../shared/core/base/money.ts';
import {
  after,
  type EpochMs,
  epochMs,
  hours,
  minutes,
  monthOf,
  seconds,
} from '../../../shared/core/base/time.ts';
import { type AbsenceProof, proveAbsence } from '../../../shared/core/instance/absence.ts';
import type { Attempt, AttemptIn } from '../../../shared/core/instance/attempt.ts';
import {
  acceptDestroy,
  closeAttempt,
  closeNeverCreated,
  confirmAttempt,
  observeRunning,
  retireAttempt,
} from '../../../shared/core/instance/attempt-moves.ts';
import { Offer, type Requirement } from '../../../shared/core/instance/offer.ts';
import { tagOf } from '../../../shared/core/instance/ownership.ts';
import type { Pulse } from '../../../shared/core/instance/pulse.ts';
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
  beginAttempt,
  chooseOffer,
  closeLease,
  confirmInstance,
  endLease,
  type Request,
  requestLease,
  withAttempt,
} from '../../../shared/core/lease/lease-moves.ts';
import type { AccountLimits } from '../../../shared/core/ledger/account.ts';

/** An instant of the tests' only day: `at('12:00')` or `at('12:00:30')`, in UTC. */
export const at = (time: string): EpochMs =>
  epochMs(Date.parse(`2026-11-02T${time}${time.length === 5 ? ':00' : ''}Z`));

export const aDeployment = brandId(DeploymentId, 'test');
export const aConsumer = brandId(ConsumerId, '123456789012/trainer');
export const aSigner = createHmacSigner({ current: '5e'.repeat(32) });

/** A lease id made of one or more characters: `aLeaseId('b')` is `b` twenty times. */
export const aLeaseId = (letters = 'a'): LeaseId =>
  brandId(LeaseId, letters.repeat(20).slice(0, 20));

export const anInstanceId = (id = '4711'): InstanceId => brandId(InstanceId, id);

export function aRequirement(change: Partial<Requirement> = {}): Requirement {
  return {
    gpuNames: ['RTX 4090'],
    gpuCount: 1,
    minVramGb: 24,
    countries: [],
    providers: [],
    diskGb: 20,
    ...change,
  };
}

/** $0.40 an hour for the GPU and $0.0002 a GB and hour: $0.404 with a disk of 20 GB. */
export function anOffer(change: Partial<Offer> = {}): Offer {
  return {
    ...Offer.parse({
      id: 'vastai_1001',
      provider: 'vastai',
      providerOfferId: '1001',
      machineId: 'm1',
      gpuName: 'RTX 4090',
      gpuCount: 1,
      vramGb: 24,
      country: 'SE',
      reliabilityPermille: 990,
      maxDiskGb: 500,
      gpuMicroUsdPerHour: 400_000,
      diskMicroUsdPerGbHour: 200,
      uploadMicroUsdPerGb: 3_000,
      downloadMicroUsdPerGb: 4_000,
      availableUntil: null,
    }),
    ...change,
  };
}

/** $10 a month, $5 an hour, 20 leases; nothing is forbidden, nothing told. */
export function someLimits(change: Partial<AccountLimits> = {}): AccountLimits {
  return {
    monthlyBudgetMicroUsd: microUsd(10_000_000),
    maxRateMicroUsdPerHour: microUsdPerHour(5_000_000),
    maxOpenLeases: 20,
    maxLeaseMicroUsd: change.monthlyBudgetMicroUsd ?? microUsd(10_000_000),
    providers: [],
    gpuNames: [],
    thresholds: [],
    ...change,
  };
}

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

/** The next attempt of `from` is on record at 12:01; it may land until 12:06. */
export function aLaunchingLease(
  from: Starting = aRequestedLease(),
  offer: Offer = anOffer(),
): LeaseIn<'launching'> {
  const now = at('12:01');
  const number = from.attempts.length + 1;
  const tag = tagOf({ deployment: aDeployment, leaseId: from.id, attempt: number }, aSigner);
  const chosen = chooseOffer(from, { offer, reason: 'the cheapest' }, now);
  return beginAttempt(chosen, { number, offer, tag, mayLandUntil: at('12:06') }, now);
}

/** Its machine was created at 12:02. */
export function aBootingLease(
  from: LeaseIn<'launching'> = aLaunchingLease(),
  instanceId: InstanceId = anInstanceId(),
): LeaseIn<'booting'> {
  const attempt = currentAttempt(from);
  invariant(attempt?.state === 'recorded', 'a launching lease has a recorded attempt');
  return confirmInstance(from, confirmAttempt(attempt, instanceId, at('12:02')));
}

/** Its machine runs since 12:03 and serves from 12:04 on, for as long as its terms say. */
export function anActiveLease(from: LeaseIn<'booting'> = aBootingLease()): LeaseIn<'active'> {
  const now = at('12:04');
  const attempt = currentAttempt(from);
  invariant(attempt?.state === 'created', 'a booting lease has a created attempt');
  const ready = {
    attempt: observeRunning(attempt, { since: at('12:03'), rate: microUsdPerHour(404_000) }),
    deadline: after(now, from.terms.duration),
    ssh: [{ host: '192.0.2.1', port: 22, user: 'root' }],
    facts: null,
    reason: 'an SSH banner was seen',
  };
  return activate(from, ready, now);
}

/** Ending since 12:30; what its attempts hold is still there. */
export function anEndingLease(
  from: Open = anActiveLease(),
  reason: EndReason = 'released',
): LeaseIn<'ending'> {
  return endLease(from, { reason, why: 'a test said so' }, at('12:30'));
}

/** Two complete listings a minute apart, the second begun at `until`. */
export function aProof(until: EpochMs = at('12:33')): AbsenceProof {
  const absentSince = epochMs(until - seconds(60));
  const evidence = { notBefore: absentSince, absentSince, listLag: seconds(60) };
  const verdict = proveAbsence(evidence, until);
  invariant(verdict.kind === 'proved', 'two such listings are proof');
  return verdict.proof;
}

const goneAttempt = (attempt: AttemptIn<'created' | 'retiring'>): AttemptIn<'gone'> =>
  closeAttempt(acceptDestroy(retireAttempt(attempt, 'lease-ended'), at('12:31')), aProof());

/** An attempt torn down: its destroy was accepted at 12:31, its absence proved at 12:33. */
export function aClosedAttempt(attempt: Attempt): Attempt {
  switch (attempt.state) {
    case 'recorded':
    case 'unknown':
      return closeNeverCreated(attempt, aProof());
    case 'created':
    case 'retiring':
      return goneAttempt(attempt);
    case 'refused':
    case 'gone':
    case 'never-created':
      return attempt;
  }
}

/** The lease with all its attempts over: nothing of it runs any more. */
export function withAllClosed(lease: LeaseIn<'ending'>): LeaseIn<'ending'> {
  return lease.attempts.reduce((all, attempt) => withAttempt(all, aClosedAttempt(attempt)), lease);
}

/** Ended at 12:34, its machine proved absent. */
export function anEndedLease(from: LeaseIn<'ending'> = anEndingLease()): LeaseIn<'ended'> {
  return closeLease(withAllClosed(from), aProof(), at('12:34'));
}

/** The pulse of a booting machine that nobody has heard yet. */
export function aPulse(change: Partial<Pulse> = {}): Pulse {
  return {
    leaseId: aLeaseId(),
    consumer: aConsumer,
    attempt: 1,
    liveness: 'auto',
    silenceLimit: minutes(5),
    idle: null,
    endsAt: at('14:00'),
    over: false,
    wait: null,
    waitNumber: 0,
    token: null,
    readyAt: null,
    nodeBeatAt: null,
    nodeBeatNumber: null,
    appBeatAt: null,
    appBusyAt: null,
    facts: null,
    telemetry: null,
    bytes: null,
    bytesBefore: null,
    bytesCarried: null,
    quiet: null,
    idleWarned: null,
    silenceLookAt: null,
    ...change,
  };
}
