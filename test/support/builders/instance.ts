// Offers, attempts and pulses. Attempts are built by the real moves, so that no test uses an
// attempt that the program can't produce.

import { invariant } from '../../../shared/core/base/invariant.ts';
import { type EpochMs, epochMs, minutes, seconds } from '../../../shared/core/base/time.ts';
import { type AbsenceProof, proveAbsence } from '../../../shared/core/instance/absence.ts';
import type { Attempt, AttemptIn } from '../../../shared/core/instance/attempt.ts';
import {
  acceptDestroy,
  closeAttempt,
  closeNeverCreated,
  confirmAttempt,
  observeRunning,
  recordAttempt,
  retireAttempt,
  verifyAttempt,
} from '../../../shared/core/instance/attempt-moves.ts';
import { Offer, type Requirement } from '../../../shared/core/instance/offer.ts';
import { tagOf } from '../../../shared/core/instance/ownership.ts';
import type { ProviderAccount } from '../../../shared/core/instance/provider-account.ts';
import type { Pulse } from '../../../shared/core/instance/pulse.ts';
import type { Usage } from '../../../shared/core/instance/usage.ts';
import type { Pass } from '../../../shared/ports/passes.ts';
import { aConsumer, aDeployment, aLeaseId, anInstanceId, aSigner, at } from './base.ts';

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

/** $0.40 per GPU hour and $0.0002 per GB hour: $0.404 per hour with a disk of 20 GB. */
export function anOffer(change: Partial<Offer> = {}): Offer {
  return {
    ...Offer.parse({
      id: 'vastai_1001',
      provider: 'vastai',
      providerOfferId: '1001',
      hostId: 'm1',
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

/** Two complete listings a minute apart, the second started at `until`. */
export function aProof(until: EpochMs = at('12:33')): AbsenceProof {
  const absentSince = epochMs(until - seconds(60));
  const evidence = { notBefore: absentSince, absentSince, listLag: seconds(60) };
  const verdict = proveAbsence(evidence, until);
  invariant(verdict.kind === 'proved', 'two such listings are proof');
  return verdict.proof;
}

/** It transferred nothing, as its last heartbeat reported. */
function goneAttempt(attempt: AttemptIn<'created' | 'retiring'>): AttemptIn<'gone'> {
  const over = acceptDestroy(retireAttempt(attempt, 'lease-ended'), at('12:31'));
  const nothing: Usage = { bytes: [0, 0], bytesAt: at('12:31'), idleSince: null };
  return closeAttempt({ ...over, usage: over.usage ?? nothing }, aProof());
}

/** A closed attempt: its destroy was accepted at 12:31, its absence proved at 12:33. */
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

/** The account of the provider that all builders' attempts are made under. */
export const anAccountOf = (change: Partial<ProviderAccount> = {}): ProviderAccount => ({
  key: 'key-one',
  id: '123456',
  ...change,
});

/** An attempt whose create call was recorded at 12:00. */
export function anAttempt(number: number, offer = anOffer()) {
  const tag = tagOf({ deployment: aDeployment, leaseId: aLeaseId(), attempt: number }, aSigner);
  return recordAttempt(
    { number, offer, tag, mayLandUntil: at('12:06'), account: anAccountOf() },
    at('12:00'),
  );
}

/** The attempt once its id is verified: a listing showed it with its tag. */
export const aVerified = (attempt: AttemptIn<'created'>): AttemptIn<'created'> =>
  verifyAttempt(attempt, { createdAt: at('12:01'), hostId: 'm1', image: 'ubuntu:24.04' });

type Life = { readonly created: EpochMs; readonly running: EpochMs; readonly destroyed: EpochMs };

/** An attempt whose instance was created, observed running, and whose destroy was accepted. */
export function lived({ created, running, destroyed }: Life, offer = anOffer()) {
  const held = aVerified(confirmAttempt(anAttempt(1, offer), anInstanceId(), created));
  const ran = observeRunning(held, running);
  return acceptDestroy(retireAttempt(ran, 'lease-ended'), destroyed);
}

/** The pulse of a booting instance before its first heartbeat. */
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
    nodeHeartbeatAt: null,
    nodeHeartbeatNumber: null,
    appHeartbeatAt: null,
    appBusyAt: null,
    facts: null,
    telemetry: null,
    startedAt: null,
    linkMbps: null,
    bytes: null,
    bytesAt: null,
    bytesBefore: null,
    bytesBeforeAt: null,
    bytesCarried: null,
    quiet: null,
    idleWarned: null,
    silenceLookAt: null,
    ...change,
  };
}

/** Passes for tests of calls, not of their rate. */
export const freePass = async (): Promise<Pass> => ({ note: async () => undefined });
