// The consequences of the spent part of a month's budget.

import { describe, expect, it } from 'vitest';
import { microUsd, microUsdPerHour } from '../../../../shared/core/base/money.ts';
import { epochMs, Month, monthOf } from '../../../../shared/core/base/time.ts';
import {
  endForBudget,
  findAccounts,
  reviewOf,
  spentOf,
} from '../../../../shared/core/billing/thresholds.ts';
import type { Account } from '../../../../shared/core/ledger/account.ts';
import { aConsumer, at } from '../../../support/builders/base.ts';
import { anActiveLease } from '../../../support/builders/lease.ts';
import { someLimits } from '../../../support/builders/ledger.ts';

const thresholds = [
  { percent: 50, action: 'notify' as const },
  { percent: 80, action: 'freeze' as const },
  { percent: 120, action: 'end' as const },
];

function anAccount(change: Partial<Account> = {}): Account {
  return {
    consumer: aConsumer,
    month: monthOf(at('12:00')),
    limits: someLimits({ monthlyBudgetMicroUsd: microUsd(1_001), thresholds }),
    limitsVersion: 1,
    correctionSeq: 0,
    roomMicroUsd: microUsd(1_001),
    rateRoomMicroUsdPerHour: microUsdPerHour(0),
    leaseRoom: 1,
    chargedMicroUsd: microUsd(0),
    chargedBeforeMicroUsd: microUsd(7),
    ...{ reservedMicroUsd: microUsd(0), reservedBeforeMicroUsd: microUsd(0) },
    ...{ frozen: false, crossed: {}, holds: {}, notes: {} },
    ...change,
  };
}

describe('a review', () => {
  const percents = (account: Account, spent: number) =>
    reviewOf(account, microUsd(spent)).crossed.map(({ percent }) => percent);

  it('finds a threshold crossed at its exact percentage, not a micro-dollar before', () => {
    expect(percents(anAccount(), 500)).toEqual([]);
    expect(percents(anAccount(), 501)).toEqual([50]);
    expect(percents(anAccount(), 1_202)).toEqual([50, 80, 120]);
  });

  it('counts a crossing once, even when a further one follows', () => {
    const account = anAccount({ crossed: { 50: epochMs(1) } });
    expect(percents(account, 600)).toEqual([]);
    expect(percents(account, 900)).toEqual([80]);
  });

  it('freezes and ends while spending is above the threshold, independent of crossings', () => {
    const crossed = { 50: epochMs(1), 80: epochMs(2), 120: epochMs(3) };
    const after = anAccount({ crossed, frozen: true });
    expect(reviewOf(after, microUsd(600))).toMatchObject({ frozen: false, ends: null });
    expect(reviewOf(after, microUsd(801))).toMatchObject({ frozen: true, ends: null });
    expect(reviewOf(after, microUsd(1_202))).toMatchObject({ ends: { percent: 120 } });
  });

  it('crosses nothing for an account without budget until something is spent', () => {
    const limits = someLimits({ monthlyBudgetMicroUsd: microUsd(0), thresholds });
    expect(percents(anAccount({ limits }), 0)).toEqual([]);
    expect(percents(anAccount({ limits }), 1)).toEqual([50, 80, 120]);
  });
});

describe('the spent amount', () => {
  const lease = anActiveLease();
  const leases = new Map([[lease.id, lease]]);

  it('is the charges of this month plus the cost of its open leases', () => {
    const account = anAccount({
      chargedMicroUsd: microUsd(100),
      holds: { [lease.id]: lease.hold },
    });
    // An hour of the GPU, and of 20 GB of disk a minute longer.
    expect(spentOf(account, leases, at('13:03'))).toBe(100 + 400_000 + 4_067);
  });

  it('leaves out leases of other months', () => {
    const month = Month.parse('2026-10');
    const account = anAccount({ holds: { [lease.id]: { ...lease.hold, month } } });
    expect(spentOf(account, leases, at('13:03'))).toBe(0);
  });

  it('ends the open leases of its account when the action of the threshold is end', () => {
    const account = anAccount({ holds: { [lease.id]: lease.hold } });
    const [found] = findAccounts([account], leases, at('13:03'));
    expect(found).toMatchObject({ kind: 'threshold', ending: [{ id: lease.id }] });
  });
});

describe('open leases of an account', () => {
  const account = anAccount();
  const found = (spent: number) => ({
    ...{ kind: 'threshold' as const, account, ending: [anActiveLease()] },
    review: reviewOf(account, microUsd(spent)),
  });

  it('end for a threshold with action end', () => {
    expect(endForBudget(found(1_202), account)).toEqual({
      reason: 'over-budget',
      why: "$0.001202 is spent: 120 % of the account's monthly budget",
    });
    expect(endForBudget(found(1_201), account)).toBeNull();
  });

  it('continue when limits or month have changed since', () => {
    expect(endForBudget(found(1_202), { ...account, limitsVersion: 2 })).toBeNull();
    const month = Month.parse('2026-12');
    expect(endForBudget(found(1_202), { ...account, month })).toBeNull();
  });
});
