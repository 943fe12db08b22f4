// The laws of choosing an offer: a choice is within requirement, ceiling and room, and only a lease
// without an instance makes one.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brandId, OfferId } from '../../../../shared/core/base/ids.ts';
import { microUsd, microUsdPerHour } from '../../../../shared/core/base/money.ts';
import { minutes } from '../../../../shared/core/base/time.ts';
import { fundsFor } from '../../../../shared/core/billing/prepaid.ts';
import { refuseAttempt } from '../../../../shared/core/instance/attempt-moves.ts';
import { allInRate, meets } from '../../../../shared/core/instance/offer.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import { withAttempt } from '../../../../shared/core/lease/lease-moves.ts';
import { type ChoiceFacts, decideChoice } from '../../../../shared/core/menu/choice.ts';
import { snapshotOf } from '../../../../shared/core/menu/snapshot.ts';
import { aLeaseId, at } from '../../../support/builders/base.ts';
import { anAttempt, anOffer } from '../../../support/builders/instance.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndingLease,
  aRequestedLease,
  someTerms,
} from '../../../support/builders/lease.ts';

const now = at('12:10');
const bootLimit = minutes(10);

const anyOffer = fc
  .record({
    hostId: fc.constantFrom('m1', 'm2', 'm3'),
    gpuName: fc.constantFrom('RTX 4090', 'RTX 3090'),
    gpuMicroUsdPerHour: fc.integer({ min: 100_000, max: 700_000 }).map(microUsdPerHour),
    uploadMicroUsdPerGb: fc.constantFrom(0, 30_000, 30_001).map(microUsd),
    availableUntil: fc.constantFrom(null, at('13:00'), at('14:00')),
  })
  .map((change) => anOffer(change));
const anyMenu = fc
  .array(anyOffer, { maxLength: 10 })
  .map((offers) => offers.map((each, n) => ({ ...each, id: brandId(OfferId, `vastai_${n}`) })));

function factsOf(change: Partial<ChoiceFacts> & { room?: number | null } = {}): ChoiceFacts {
  const { room = null, ...rest } = change;
  const known = {
    ...{ provider: 'vastai' as const, version: 1, takes: {}, readAt: now, notifiedAt: null },
    balanceMicroUsd: microUsd(1),
    burnMicroUsdPerHour: microUsdPerHour(0),
    roomMicroUsd: room === null ? null : microUsd(room),
  };
  return {
    ...{ input: { leaseId: aLeaseId(), generation: 1 }, account: null, bootLimit, phoneHome: true },
    replaces: null,
    selfEnding: new Set(['vastai' as const]),
    frozen: { lease: false, providers: [] },
    snapshots: [snapshotOf('vastai', [anOffer()], at('12:00'))],
    rooms: new Map([['vastai', known]]),
    ...rest,
  };
}
const choose = (lease: Lease, change: Parameters<typeof factsOf>[0] = {}) =>
  decideChoice(lease, factsOf(change), now);

describe('a choice', () => {
  it('is within requirement, ceiling, transfer, time and room, and takes that room', () => {
    const lease = aRequestedLease();
    const { requirement, ceiling, transferCeilingMicroUsdPerGb } = lease.terms;
    const anyRoom = fc.option(fc.integer({ min: 0, max: 1_000_000 }));
    fc.assert(
      fc.property(anyMenu, anyRoom, (offers, room) => {
        const snapshots = [snapshotOf('vastai', offers, at('12:00'))];
        const { commit, result, take } = choose(lease, { snapshots, room });
        if (commit === null) {
          expect(take).toBeNull();
          expect(['no-offer', 'over-budget']).toContain(result.kind);
          return;
        }
        const chosen = 'chosen' in commit ? commit.chosen : null;
        if (chosen === null) throw new Error('an offer is chosen');
        expect(meets(chosen, requirement)).toBe(true);
        expect(allInRate(chosen, requirement.diskGb)).toBeLessThanOrEqual(ceiling);
        expect(chosen.uploadMicroUsdPerGb).toBeLessThanOrEqual(transferCeilingMicroUsdPerGb);
        expect(chosen.availableUntil ?? at('14:00')).toBeGreaterThanOrEqual(at('13:20'));
        const needed = fundsFor(chosen, lease.terms, bootLimit);
        expect(take?.take.amountMicroUsd ?? null).toBe(room === null ? null : needed);
        if (room !== null) expect(needed).toBeLessThanOrEqual(room);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is recorded with its reason, and the lease state stays', () => {
    const { commit, result } = choose(aRequestedLease());
    expect(commit).toMatchObject({ state: 'requested', chosen: { id: 'vastai_1001' } });
    expect(commit?.outbox.events.at(-1)).toMatchObject({
      type: 'offer-chosen',
      reason: '1 x RTX 4090 at $0.4040/h, offer vastai_1001, SE',
    });
    expect(result).toEqual({ kind: 'done', output: null });
  });

  it('is kept until an attempt uses it, and nothing more is taken', () => {
    const chosen = { ...aRequestedLease(), chosen: anOffer() };
    const kept = { commit: null, result: { kind: 'done', output: null }, take: null };
    for (const lease of [chosen, aBootingLease(), anActiveLease()]) {
      expect(choose(lease, { room: 9_000_000 })).toEqual(kept);
    }
  });

  it('is never a host on which an attempt failed, nor a provider that refuses', () => {
    const failed = withAttempt(aLaunchingLease(), refuseAttempt(anAttempt(1), 'offer-gone'));
    expect(choose(failed).result).toMatchObject({ kind: 'no-offer' });
    const other = [snapshotOf('vastai', [anOffer({ hostId: 'm2' })], at('12:00'))];
    expect(choose(failed, { snapshots: other }).commit).not.toBeNull();
    const unpaid = withAttempt(aLaunchingLease(), refuseAttempt(anAttempt(1), 'no-funds'));
    expect(choose(unpaid, { snapshots: other }).result).toMatchObject({ kind: 'no-offer' });
  });

  it('says why a demand for instances that end themselves leaves no offer', () => {
    const lease = aRequestedLease({ terms: someTerms({ selfEnding: true }) });
    expect(choose(lease).commit).not.toBeNull();
    expect(choose(lease, { selfEnding: new Set() }).result).toMatchObject({
      ...{ kind: 'no-offer' },
      reason: expect.stringContaining('selfEnding excludes vastai'),
    });
  });

  it('is not made after three carried-out attempts', () => {
    const refused = (reason: 'offer-gone' | 'rate-limited', count: number): Lease => ({
      ...aLaunchingLease(),
      attempts: Array.from({ length: count }, (_, place) => ({
        ...refuseAttempt(anAttempt(place + 1), reason),
        offer: anOffer({ hostId: `failed-${place}` }),
      })),
    });
    expect(choose(refused('offer-gone', 2)).commit).not.toBeNull();
    expect(choose(refused('offer-gone', 3)).result.kind).toBe('no-offer');
    expect(choose(refused('rate-limited', 89)).commit).not.toBeNull();
    expect(choose(refused('rate-limited', 90)).result.kind).toBe('no-offer');
  });

  it('gives a reason when no offer can be chosen', () => {
    const expensive = [
      snapshotOf(
        'vastai',
        [anOffer({ gpuMicroUsdPerHour: microUsdPerHour(900_000) })],
        at('12:00'),
      ),
    ];
    expect(choose(aRequestedLease(), { snapshots: expensive }).result).toEqual({
      kind: 'over-budget',
      reason: 'the cheapest matching offer costs $0.9040/h',
    });
    const frozen = { lease: false, providers: ['vastai' as const] };
    expect(choose(aRequestedLease(), { frozen }).result).toEqual({
      kind: 'no-offer',
      reason: 'no offer meets the requirement; vastai is frozen',
    });
  });

  it('is not made for a lease that is frozen, over or superseded', () => {
    const frozen = choose(aRequestedLease(), { frozen: { lease: true, providers: [] } });
    expect(frozen).toMatchObject({ commit: { state: 'ending', reason: 'operator' }, take: null });
    expect(choose(anEndingLease()).result.kind).toBe('lease-over');
    expect(choose({ ...aRequestedLease(), generation: 2 }).result.kind).toBe('superseded');
  });
});
