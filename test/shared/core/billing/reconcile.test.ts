// Compares the provider's charges with the ledger.

import { describe, expect, it } from 'vitest';
import { microUsd } from '../../../../shared/core/base/money.ts';
import { after as afterwards, hours } from '../../../../shared/core/base/time.ts';
import { trueUp } from '../../../../shared/core/billing/correction.ts';
import { compare, isSettled } from '../../../../shared/core/billing/reconcile.ts';
import { aDeployment, at } from '../../../support/builders/base.ts';
import { anEndedLease } from '../../../support/builders/lease.ts';

const terms = { step: microUsd(1_000), maxItems: 4, settledAfter: hours(24) };
const provider = 'vastai';
const lease = anEndedLease();
const CHARGED = lease.chargedMicroUsd;
const owner = { deployment: aDeployment, leaseId: lease.id, attempt: 1 };
const rows = (...amounts: number[]) => amounts.map((each) => ({ owner, amount: microUsd(each) }));
const against = (...amounts: number[]) => compare(lease, { provider, terms }, rows(...amounts));

describe('a comparison', () => {
  it.each([0, 2_000, -2_000])('explains a difference of %i by rounding', (difference) => {
    expect(against(CHARGED + difference)).toMatchObject({ explained: true, alarming: false });
  });
  it('does not explain more than the maximum rounding', () => {
    expect(against(CHARGED + 2_100)).toMatchObject({ explained: false, difference: 2_100 });
  });
  it('is alarming above 1 % of the charge and above a cent, or above a dollar', () => {
    expect(against(CHARGED + 10_000)).toMatchObject({ alarming: false });
    expect(against(CHARGED + 10_001)).toMatchObject({ alarming: true });
    expect(against(CHARGED + 1_000_001)).toMatchObject({ alarming: true });
    expect(against(CHARGED - 10_001)).toMatchObject({ alarming: true });
  });
  it('adds up the rows of a lease, twins and second rows included', () => {
    expect(against(CHARGED - 50_000, 50_000)).toMatchObject({ reported: CHARGED, difference: 0 });
  });
  it('changes nothing for an instance that is not reported', () => {
    expect(compare(lease, { provider, terms }, [])).toEqual({ kind: 'not-shown', booked: CHARGED });
    const other = [{ owner: { ...owner, attempt: 2 }, amount: microUsd(5) }];
    expect(compare(lease, { provider, terms }, other)).toMatchObject({ kind: 'not-shown' });
  });
  it('has no difference once the lease is trued up', () => {
    const reported = rows(CHARGED + 77_000);
    const found = compare(lease, { provider, terms }, reported);
    if (found.kind !== 'compared') throw new Error('not compared');
    const item = { provider, amount: found.difference, why: 'a test said so' } as const;
    const trued = trueUp(lease, item, at('13:00'));
    expect(compare(trued, { provider, terms }, reported)).toMatchObject({ difference: 0 });
    expect(trued.outbox.entries.at(-1)).toMatchObject({ kind: 'true-up', amountMicroUsd: 77_000 });
  });
});

describe('the charges of a lease', () => {
  it('are final some time after its instances ended, and not before', () => {
    const ended = at('12:31');
    const settled = (now: typeof ended) => isSettled(lease, provider, { terms, now });
    expect(settled(afterwards(ended, hours(23.9)))).toBe(false);
    expect(settled(afterwards(ended, hours(24)))).toBe(true);
  });
});
