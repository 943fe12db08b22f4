// The intent to create an instance: the attempt is recorded with its tag before create is called. A
// step that finds an attempt without a create response looks for its instance and never calls
// create again.

import { invariant } from '../base/invariant.ts';
import { policy } from '../base/policy/policy.ts';
import type { ProviderName } from '../base/providers.ts';
import { after, between, type EpochMs } from '../base/time.ts';
import { type Attempt, isUnanswered } from '../instance/attempt.ts';
import { type BootWait, bootWait, createWindow, type ProviderCard } from '../instance/card.ts';
import type { LaunchSpec, NodeSetup } from '../instance/launch.ts';
import type { Offer } from '../instance/offer.ts';
import { tagOf } from '../instance/ownership.ts';
import type { ProviderAccount } from '../instance/provider-account.ts';
import type { PulseStart } from '../instance/pulse.ts';
import type { TagReader } from '../instance/sighting.ts';
import { type Decision, keep } from './decision.ts';
import { dropFrozenOffer, endFrozenLease, type Frozen } from './frozen.ts';
import { currentAttempt, isStarting, type Lease, type Starting } from './lease.ts';
import { startAttempt } from './lease-moves.ts';
import { detour, done, type StepInput, type StepOutcome, stopReason } from './step.ts';

/** What an intent depends on besides the lease. */
export type IntentFacts = TagReader & {
  readonly input: StepInput;
  readonly frozen: Frozen;
  readonly cardOf: (provider: ProviderName) => ProviderCard;
  readonly nodeSetup: (lease: Lease, attempt: number) => NodeSetup;
  /** The account of the provider's key, or why nothing may be created under it. */
  readonly account: ProviderAccount | { readonly refused: string };
};

/** The recorded attempt, and the parameters of its instance. */
export type Intended = { readonly attempt: Attempt; readonly spec: LaunchSpec };

/** The pulse of the next attempt; null when no attempt follows. */
export function nextPulse(lease: Lease, now: EpochMs): PulseStart | null {
  if (!isStarting(lease) || lease.chosen === null) return null;
  const { liveness, silenceLimit, idle } = lease.terms;
  return {
    ...{ leaseId: lease.id, consumer: lease.consumer, attempt: lease.attempts.length + 1 },
    ...{ liveness, silenceLimit, idle, endsAt: lease.deadline },
    ...{ startedAt: now, linkMbps: lease.chosen.linkMbps },
  };
}

const specOf = (lease: Starting, { env, agent }: NodeSetup): LaunchSpec => ({
  image: lease.terms.image,
  diskGb: lease.terms.requirement.diskGb,
  env: { ...lease.env, ...env },
  startScript: lease.terms.startScript,
  agent,
  sshPublicKey: lease.terms.sshPublicKey,
});

type Recording = {
  readonly offer: Offer;
  readonly account: ProviderAccount;
  readonly facts: IntentFacts;
};

function recordIntent(
  lease: Starting,
  { offer, account, facts }: Recording,
  now: EpochMs,
): Decision<Intended> {
  const number = lease.attempts.length + 1;
  const tag = tagOf(
    { deployment: facts.deployment, leaseId: lease.id, attempt: number },
    facts.signer,
  );
  const mayLandUntil = after(now, createWindow(facts.cardOf(offer.provider)));
  const started = startAttempt(lease, { number, offer, tag, mayLandUntil, account }, now);
  const attempt = currentAttempt(started);
  invariant(attempt !== undefined, 'the attempt was just recorded');
  const spec = specOf(lease, facts.nodeSetup(lease, number));
  return { commit: started, result: { attempt, spec } };
}

/**
 * Records the next attempt, or returns a detour. Only the caller whose commit succeeds may call
 * create.
 */
export function decideIntent(
  lease: Lease,
  facts: IntentFacts,
  now: EpochMs,
): Decision<StepOutcome<BootWait> | Intended> {
  const skip = stopReason(lease, facts.input, now);
  if (skip !== null) return keep(skip);
  const last = currentAttempt(lease);
  if (last !== undefined && isUnanswered(last)) {
    const reason = `attempt ${last.number} has no recorded create response`;
    return keep(detour('outcome-unknown', reason));
  }
  if (!isStarting(lease) || last?.state === 'created') {
    invariant(last !== undefined, 'a lease past launching has an attempt');
    return keep(done(bootWait(facts.cardOf(last.offer.provider))));
  }
  const frozen =
    endFrozenLease(lease, facts.frozen, now) ?? dropFrozenOffer(lease, facts.frozen, now);
  if (frozen !== null) return frozen;
  const offer = lease.chosen;
  if (offer === null) return keep(detour('offer-gone', 'an attempt already used the chosen offer'));
  const { account } = facts;
  if ('refused' in account) return keep(detour('not-called', account.refused));
  return recordIntent(lease, { offer, account, facts }, now);
}

/**
 * Whether create may still be called, in real time since its pass was taken: later, it could take
 * effect after `mayLandUntil`, or exceed the provider's rate.
 */
export const mayCallCreate = (passedAt: EpochMs, now: EpochMs): boolean =>
  between(passedAt, now) <= policy.launch.createWithin;
