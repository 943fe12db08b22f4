// Which offers can be chosen, and why others are left out.

import { describe, expect, it } from 'vitest';
import { microUsd, microUsdPerHour } from '../../../../shared/core/base/money.ts';
import { minutes } from '../../../../shared/core/base/time.ts';
import { fundsFor, type Room } from '../../../../shared/core/billing/prepaid.ts';
import {
  keepAffordable,
  keepSelfEnding,
  roomToTake,
  usableOffers,
} from '../../../../shared/core/menu/candidates.ts';
import { snapshotOf } from '../../../../shared/core/menu/snapshot.ts';
import { anAccount } from '../../../support/builders/accounts.ts';
import { aLeaseId, at } from '../../../support/builders/base.ts';
import { anOffer } from '../../../support/builders/instance.ts';
import { aRequestedLease, someTerms } from '../../../support/builders/lease.ts';
import { someLimits } from '../../../support/builders/ledger.ts';

const now = at('12:10');
const menu = [snapshotOf('vastai', [anOffer()], at('12:00'))];
const rules = { frozen: { providers: [] }, account: null };

describe('offers', () => {
  it('count while their provider is usable', () => {
    expect(usableOffers(menu, rules, now)).toEqual({ offers: [anOffer()], leftOut: [] });
  });

  it('are left out with a reason when the provider is frozen or the snapshot is old', () => {
    const frozen = usableOffers(menu, { ...rules, frozen: { providers: ['vastai'] } }, now);
    expect(frozen).toEqual({ offers: [], leftOut: ['vastai is frozen'] });
    const old = usableOffers(menu, rules, at('12:31'));
    expect(old).toEqual({ offers: [], leftOut: ['the offers of vastai are too old to use'] });
  });

  it('are left out and counted when the account does not allow them', () => {
    const account = anAccount({ limits: someLimits({ gpuNames: ['H100'] }) });
    expect(usableOffers(menu, { ...rules, account }, now)).toEqual({
      offers: [],
      leftOut: ["the account's limits exclude 1 offers"],
    });
  });
});

describe('a lease that demands instances that end themselves', () => {
  const found = usableOffers(menu, rules, now);
  const demanding = aRequestedLease({ terms: someTerms({ selfEnding: true }) });

  it('leaves out the others with the reason', () => {
    expect(keepSelfEnding(found, demanding, new Set(['vastai']))).toEqual(found);
    expect(keepSelfEnding(found, demanding, new Set())).toEqual({
      offers: [],
      leftOut: ["selfEnding excludes vastai: its instances can't end their own billing"],
    });
  });

  it('is the only one that does', () => {
    expect(keepSelfEnding(found, aRequestedLease(), new Set())).toEqual(found);
  });
});

describe('prepaid funds', () => {
  const lease = aRequestedLease();
  const bootLimit = minutes(10);
  const needed = fundsFor(anOffer(), lease.terms, bootLimit);
  const candidates = { offers: [anOffer()], leftOut: [] };
  const fundsOf = (room: number | null, takes: Room['takes'] = {}) => ({
    ...{ lease, bootLimit, now },
    rooms: new Map([
      [
        'vastai' as const,
        {
          ...{ provider: 'vastai' as const, version: 1, takes, readAt: now, notifiedAt: null },
          balanceMicroUsd: microUsd(1),
          burnMicroUsdPerHour: microUsdPerHour(0),
          roomMicroUsd: room === null ? null : microUsd(room),
        },
      ],
    ]),
  });

  it('allow an offer that they can pay until its end, to the micro-dollar', () => {
    expect(keepAffordable(candidates, fundsOf(needed)).offers).toHaveLength(1);
    const { offers, leftOut } = keepAffordable(candidates, fundsOf(needed - 1));
    expect(offers).toEqual([]);
    expect(leftOut).toEqual([expect.stringContaining('the prepaid balance of vastai has only')]);
  });

  it('give no reason for an offer that does not meet the requirement', () => {
    const other = { offers: [anOffer({ gpuCount: 8 })], leftOut: ['before'] };
    expect(keepAffordable(other, fundsOf(0))).toEqual({ offers: [], leftOut: ['before'] });
  });

  it('limit nothing and are not taken when they are unknown', () => {
    expect(keepAffordable(candidates, fundsOf(null)).offers).toHaveLength(1);
    expect(roomToTake(anOffer(), fundsOf(null))).toBeNull();
    const none = { ...fundsOf(null), rooms: new Map() };
    expect(keepAffordable(candidates, none).offers).toHaveLength(1);
    expect(roomToTake(anOffer(), none)).toBeNull();
  });

  it('are taken for the next attempt, and replace the earlier take of the lease', () => {
    const take = { leaseId: aLeaseId(), attempt: 1, amountMicroUsd: microUsd(5), at: at('12:05') };
    expect(roomToTake(anOffer(), fundsOf(needed))).toEqual({
      provider: 'vastai',
      take: { leaseId: aLeaseId(), attempt: 1, amountMicroUsd: needed, at: now },
      had: null,
    });
    expect(roomToTake(anOffer(), fundsOf(needed, { [aLeaseId()]: take }))?.had).toBe(5);
  });
});
