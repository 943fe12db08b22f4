// The intent to create: what is recorded before the call, and who may call.

import { describe, expect, it } from 'vitest';
import { minutes, seconds, total } from '../../../../shared/core/base/time.ts';
import {
  markOutcomeUnknown,
  refuseAttempt,
} from '../../../../shared/core/instance/attempt-moves.ts';
import { readTag } from '../../../../shared/core/instance/ownership.ts';
import {
  decideIntent,
  type IntentFacts,
  mayCallCreate,
  nextPulse,
} from '../../../../shared/core/lease/launch-intent.ts';
import { currentAttempt, type Lease } from '../../../../shared/core/lease/lease.ts';
import { chooseOffer, withAttempt } from '../../../../shared/core/lease/lease-moves.ts';
import { aDeployment, aLeaseId, aSigner, at } from '../../../support/builders/base.ts';
import { anAccountOf, anAttempt, anOffer } from '../../../support/builders/instance.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndingLease,
  aRequestedLease,
} from '../../../support/builders/lease.ts';
import { aCard } from '../../../support/builders/sightings.ts';

const nothing = { lease: false, providers: [] };
const factsOf = (change: Partial<IntentFacts> = {}): IntentFacts => ({
  input: { leaseId: aLeaseId(), generation: 1 },
  frozen: nothing,
  deployment: aDeployment,
  signer: aSigner,
  cardOf: () => aCard(),
  account: anAccountOf(),
  nodeSetup: (_lease, attempt) => ({ env: { GPU_SHOPPER_TOKEN: `t${attempt}` }, agent: 'agent' }),
  ...change,
});
const decide = (lease: Lease, change: Partial<IntentFacts> = {}) =>
  decideIntent(lease, factsOf(change), at('12:01'));

const chosen = chooseOffer(aRequestedLease(), { offer: anOffer(), reason: 'cheap' }, at('12:00'));

describe('an intent', () => {
  it('records the attempt with its tag, and until when create can take effect', () => {
    const { commit } = decide(chosen);
    const attempt = commit === null ? undefined : currentAttempt(commit);
    expect(commit).toMatchObject({ state: 'launching', chosen: null });
    expect(attempt).toMatchObject({ state: 'recorded', number: 1, recordedAt: at('12:01') });
    expect(readTag(attempt?.tag ?? null, aDeployment, aSigner)).toEqual({
      ...{ deployment: aDeployment, leaseId: aLeaseId(), attempt: 1 },
    });
    // The function's 3 min, the longest create and two list lags.
    const window = total(minutes(3), minutes(1), seconds(60));
    expect((attempt?.mayLandUntil ?? 0) - at('12:01')).toBe(window);
  });

  it('is not recorded under an account that nobody added', () => {
    const account = { refused: 'no operator has added the account' };
    expect(decide(chosen, { account })).toMatchObject({
      ...{ commit: null, result: { kind: 'not-called', reason: account.refused } },
    });
  });

  it('returns the parameters of the instance; variables of the service take precedence', () => {
    const lease = { ...chosen, env: { TOKEN: 'secret', GPU_SHOPPER_TOKEN: 'theirs' } };
    expect(decide(lease).result).toMatchObject({
      attempt: { number: 1 },
      spec: {
        image: 'ubuntu:24.04',
        diskGb: 20,
        env: { TOKEN: 'secret', GPU_SHOPPER_TOKEN: 't1' },
        agent: 'agent',
      },
    });
  });

  it.each([
    ['recorded', aLaunchingLease()],
    ['unknown', withAttempt(aLaunchingLease(), markOutcomeUnknown(anAttempt(1)))],
  ])('is not recorded next to an attempt that is %s: its instance must be found', (_, lease) => {
    expect(decide(lease)).toMatchObject({ commit: null, result: { kind: 'outcome-unknown' } });
  });

  it('is not recorded when an instance is known', () => {
    const known = { commit: null, result: { kind: 'done', output: { timeoutSeconds: 600 } } };
    expect(decide(aBootingLease())).toEqual(known);
    expect(decide(anActiveLease())).toEqual(known);
  });

  it('takes the next number after a refusal, and needs an offer', () => {
    const refused = withAttempt(aLaunchingLease(), refuseAttempt(anAttempt(1), 'offer-gone'));
    expect(decide(refused)).toMatchObject({ commit: null, result: { kind: 'offer-gone' } });
    const next = decide({ ...refused, chosen: anOffer() });
    expect(next.result).toMatchObject({ attempt: { number: 2 } });
  });

  it('is not recorded for a lease that is over or has a newer generation', () => {
    expect(decide(anEndingLease())).toMatchObject({ commit: null, result: { kind: 'lease-over' } });
    const replaced = decide({ ...chosen, generation: 2 });
    expect(replaced).toMatchObject({ commit: null, result: { kind: 'superseded' } });
  });

  it('is not recorded in a frozen scope: the lease ends, or another provider is chosen', () => {
    const ended = decide(chosen, { frozen: { lease: true, providers: ['vastai'] } });
    expect(ended).toMatchObject({
      commit: { state: 'ending', reason: 'operator' },
      result: { kind: 'lease-over' },
    });
    const dropped = decide(chosen, { frozen: { lease: false, providers: ['vastai'] } });
    expect(dropped).toMatchObject({
      commit: { state: 'requested', chosen: null, attempts: [] },
      result: { kind: 'offer-gone' },
    });
  });
});

describe('create', () => {
  it('may be called only within five seconds of its pass', () => {
    expect(mayCallCreate(at('12:00'), at('12:00:05'))).toBe(true);
    expect(mayCallCreate(at('12:00'), at('12:00:06'))).toBe(false);
  });
});

describe('the next pulse', () => {
  it('is for the next attempt', () => {
    expect(nextPulse(chosen, at('12:01'))).toMatchObject({
      ...{ attempt: 1, liveness: 'auto', endsAt: at('14:00'), startedAt: at('12:01') },
      linkMbps: null,
    });
  });

  it('is null when no offer is chosen or the lease needs no instance', () => {
    expect(nextPulse(aRequestedLease(), at('12:01'))).toBeNull();
    expect(nextPulse(anActiveLease(), at('12:01'))).toBeNull();
  });
});
