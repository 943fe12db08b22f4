// The law of ending and ended leases: no decision moves one back to a state in which it could get
// an instance.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microUsdPerHour } from '../../../../shared/core/base/money.ts';
import { type EpochMs, minutes, seconds } from '../../../../shared/core/base/time.ts';
import { decideAbsenceRound } from '../../../../shared/core/lease/absence-round.ts';
import { endPastDeadline, giveWarning } from '../../../../shared/core/lease/deadline.ts';
import { endFromStep, releaseLease } from '../../../../shared/core/lease/end.ts';
import { planApproval, planExtension } from '../../../../shared/core/lease/extension.ts';
import { judgeLease } from '../../../../shared/core/lease/judgement.ts';
import { decideIntent } from '../../../../shared/core/lease/launch-intent.ts';
import { applyCreateAnswer } from '../../../../shared/core/lease/launch-outcome.ts';
import { decideLaunchLook } from '../../../../shared/core/lease/launch-search.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import { recordPrice } from '../../../../shared/core/lease/price.ts';
import { nextGeneration } from '../../../../shared/core/lease/progress.ts';
import { decideReadiness, recordKey } from '../../../../shared/core/lease/readiness.ts';
import { decideRetirement } from '../../../../shared/core/lease/retirement.ts';
import { settleLease } from '../../../../shared/core/lease/settle.ts';
import { recordHeldSilence } from '../../../../shared/core/lease/silence.ts';
import { endOverspent, growOutgrownHold } from '../../../../shared/core/lease/spend.ts';
import {
  adoptSightings,
  applyDestroyFailure,
  applyDestroyOutcome,
  type Target,
} from '../../../../shared/core/lease/teardown.ts';
import { decideChoice } from '../../../../shared/core/menu/choice.ts';
import { snapshotOf } from '../../../../shared/core/menu/snapshot.ts';
import { endFoundLease } from '../../../../shared/core/sweep/carry-out.ts';
import { anyInstant, anyOverLease } from '../../../support/builders/arbitraries.ts';
import {
  aConsumer,
  aDeployment,
  aLeaseId,
  anInstanceId,
  aSigner,
  at,
} from '../../../support/builders/base.ts';
import { anAccountOf, anOffer, aPulse } from '../../../support/builders/instance.ts';
import { aCard, aListing, anInstance, aSighting } from '../../../support/builders/sightings.ts';

const input = { leaseId: aLeaseId(), generation: 1 };
const frozen = { lease: false, providers: [] };
const boot = { timeoutSeconds: 600 };
const target: Target & { readonly cause: string } = {
  ...{ leaseId: aLeaseId(), attempt: 1, instanceId: anInstanceId(), cause: 'ProviderDown' },
  provider: 'vastai',
  reason: 'lease-ended',
  evidenceAt: null,
};
const launched = { kind: 'launched', instanceId: anInstanceId() } as const;
const ready = aPulse({ readyAt: at('12:05') });
const menu = [snapshotOf('vastai', [anOffer()], at('12:29'))];
const lag = seconds(30);
const absent = new Set([anInstanceId()]);

type Decide = (lease: Lease, now: EpochMs) => Lease | null;

const commitOf = (decision: { readonly commit: Lease | null }): Lease | null => decision.commit;
const listing = (now: EpochMs) => aListing(now, aSighting(1));

const DECISIONS: Readonly<Record<string, Decide>> = {
  'an offer': (lease, now) =>
    commitOf(
      decideChoice(
        lease,
        {
          ...{ input, frozen, snapshots: menu, replaces: null, account: null },
          ...{ rooms: new Map(), bootLimit: minutes(10), phoneHome: true },
          selfEnding: new Set(),
        },
        now,
      ),
    ),
  'an intent': (lease, now) =>
    commitOf(
      decideIntent(
        lease,
        {
          ...{ input, frozen, deployment: aDeployment, signer: aSigner },
          ...{ cardOf: () => aCard(), nodeSetup: () => ({ env: {}, agent: null }) },
          account: anAccountOf(),
        },
        now,
      ),
    ),
  'a create outcome': (lease, now) =>
    commitOf(applyCreateAnswer(lease, { attempt: 1, answer: launched, boot }, now)),
  'a rate limit': (lease, now) =>
    commitOf(
      applyCreateAnswer(
        lease,
        { attempt: 1, answer: { kind: 'rate-limited', reason: '429' }, boot },
        now,
      ),
    ),
  'a look': (lease, now) =>
    commitOf(
      decideLaunchLook(lease, { input, attempt: 1, listing: listing(now), card: aCard() }, now),
    ),
  readiness: (lease, now) =>
    commitOf(
      decideReadiness(lease, { input, pulse: ready, instance: anInstance(), bootOver: false }, now),
    ),
  'the key': (lease, now) => recordKey(lease, { attempt: 1, answer: 'attached' }, now),
  'a judgement': (lease, now) =>
    commitOf(judgeLease(lease, { input, pulse: ready, silenceFrom: at('12:00') }, now)),
  'a held silence': (lease, now) => recordHeldSilence(lease, 'many became silent', now),
  'a retirement': (lease, now) =>
    commitOf(
      decideRetirement(
        lease,
        { input, listing: listing(now), listLag: lag, absent, last: new Map() },
        now,
      ),
    ),
  'an absence round': (lease, now) =>
    commitOf(
      decideAbsenceRound(
        lease,
        { listing: aListing(now), listLag: lag, absent, last: new Map() },
        now,
      ),
    ),
  'a destroy outcome': (lease, now) =>
    applyDestroyOutcome(
      lease,
      { ...target, how: 'absent', last: { usage: null, runningSince: null, seenAt: [] } },
      now,
    ),
  'a failed destroy': (lease, now) => applyDestroyFailure(lease, target, now),
  adoption: (lease, now) => adoptSightings(lease, [aSighting(1)], now),
  settlement: (lease, now) => commitOf(settleLease(lease, input, now)),
  'the deadline': endPastDeadline,
  'a warning': giveWarning,
  'an end by the workflow': (lease, now) => endFromStep(lease, input, now),
  'a release': (lease, now) => releaseLease(lease, { consumer: aConsumer, operator: true }, now),
  'an extension': (lease, now) => {
    const plan = planExtension(lease, { kind: 'until', until: at('20:00') }, now);
    expect(plan.kind).toBe('not-active');
    return null;
  },
  'an approval': (lease, now) => {
    const plan = planApproval(lease, { until: at('20:00'), by: aConsumer, why: 'long' }, now);
    expect(plan.kind).toBe('not-active');
    return null;
  },
  'the next generation': (lease, now) => nextGeneration(lease, 'gone', now),
  overspending: (lease, now) => endOverspent(lease, null, now),
  'a grown hold': (lease, now) => growOutgrownHold(lease, null, now),
  'a price': (lease, now) => recordPrice(lease, { rate: microUsdPerHour(9_000_000), at: now }, now),
  'a missing instance': (lease, now) => {
    const found = { instanceId: anInstanceId(), reason: 'lost', why: 'missed twice' } as const;
    return endFoundLease(lease, { ...found, record: null, listLag: lag }, now);
  },
};

describe('a lease that is over', () => {
  it.each(Object.entries(DECISIONS))('stays over after any decision: %s', (_, decide) => {
    fc.assert(
      fc.property(anyOverLease, anyInstant, (lease, now) => {
        const next = decide(lease, now) ?? lease;
        expect(lease.state === 'ended' ? ['ended'] : ['ending', 'ended']).toContain(next.state);
        if (lease.state === 'ended') expect(next.attempts).toEqual(lease.attempts);
        expect(next.attempts).toHaveLength(lease.attempts.length);
        expect(next).not.toHaveProperty('chosen');
      }),
      { numRuns: 200 },
    );
  });
});
