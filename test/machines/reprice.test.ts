// A hold is lowered when its instance is accepted: to what that instance can still cost, on the
// lease and on its account alike, after a crash at any call and in any month.

import { describe, expect, it } from 'vitest';
import { records } from '../../shared/app/parts.ts';
import { once } from '../../shared/app/runtime.ts';
import { Failure } from '../../shared/core/base/failure.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { microUsd, microUsdPerHour } from '../../shared/core/base/money.ts';
import { monthOf } from '../../shared/core/base/time.ts';
import { pastSpendCap } from '../../shared/core/lease/hold.ts';
import { totalsOf } from '../../shared/core/ledger/entry.ts';
import { amountIn } from '../../shared/core/ledger/hold-parts.ts';
import { aLeaseId } from '../support/builders/base.ts';
import { booksOf } from '../support/worlds/books.ts';
import { CONSUMER, LARGE_MARKET, type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { HOUR, type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

const DAY = 24 * HOUR;

const stores = (world: LeaseWorld) => once(world.service.runtime, records);
const accountOf = async (world: LeaseWorld) => {
  const account = await stores(world).accounts.get(CONSUMER);
  if (account === null) throw new Error('there is no account');
  return account;
};

/** Lease, account and entries agree on the hold, and the account's sums are right. */
async function expectAgreement(world: LeaseWorld, id: LeaseId): Promise<void> {
  const lease = await world.lease(id);
  const account = await accountOf(world);
  const { raisedAt: _raised, ...held } = account.holds[id] ?? {};
  expect(held).toEqual(lease.hold);
  const entries = await stores(world).ledger.entries(CONSUMER);
  const own = totalsOf(entries.filter(({ leaseId }) => leaseId === id));
  expect(own.held).toBe(lease.hold.amountMicroUsd);
  const holds = Object.values(account.holds);
  const all = holds.reduce((sum, hold) => sum + amountIn(hold, account.month), 0);
  const { monthlyBudgetMicroUsd: budget } = account.limits;
  expect(account.roomMicroUsd + all + account.chargedMicroUsd + account.reservedMicroUsd).toBe(
    budget,
  );
}

const untilMonthEnds = (world: LeaseWorld): number => {
  const now = world.clock.now();
  return Date.UTC(2026, 11, 1) - now;
};

/** Admits the first lease of December, which is never started. */
async function changeMonth(world: LeaseWorld): Promise<void> {
  const now = world.service.runtime.clock.now();
  const { limits: defaults } = world.service.runtime.config;
  const amountMicroUsd = microUsd(1_000_000);
  const rateMicroUsdPerHour = microUsdPerHour(1_000);
  const hold = { amountMicroUsd, rateMicroUsdPerHour, month: monthOf(now), placedAt: now };
  const wanted = { providers: [], gpuNames: [] };
  const request = { consumer: CONSUMER, leaseId: aLeaseId('t'), hold, wanted, defaults };
  expect(await stores(world).accounts.place(request)).toMatchObject({ kind: 'placed' });
}

describe('a hold', () => {
  it('is lowered to the amount spent and what the instance can still cost', async () => {
    const world = await leaseWorld();
    const id = await world.request({ hours: 1 });
    const { hold: worst } = await world.lease(id);
    await world.untilState(id, 'active');
    const { hold, attempts } = await world.lease(id);
    const { offer } = attempts[0] ?? {};
    const rate = hold.rateMicroUsdPerHour;
    const perGb = Math.max(offer?.uploadMicroUsdPerGb ?? 0, offer?.downloadMicroUsdPerGb ?? 0);
    const served = Math.ceil((rate * 70) / 60) + 20 * perGb;
    // Plus the 40 s of its boot.
    expect(hold.amountMicroUsd).toBeGreaterThanOrEqual(served);
    expect(hold.amountMicroUsd).toBeLessThan(served + rate / 60);
    expect(hold.amountMicroUsd).toBeLessThan(worst.amountMicroUsd / 5);
    await expectAgreement(world, id);
    const account = await accountOf(world);
    const { maxRateMicroUsdPerHour } = account.limits;
    expect(account.rateRoomMicroUsdPerHour).toBe(maxRateMicroUsdPerHour - rate);
    await world.close();
  });

  it('with a spend cap is not raised when the instance is accepted', async () => {
    const world = await leaseWorld(LARGE_MARKET);
    const cap = { spendCapMicroUsd: 100_000, ceilingMicroUsdPerHour: 300_000, transferGb: 0 };
    const id = await world.request({ hours: 12, ...cap });
    const { hold: before } = await world.lease(id);
    expect(before.amountMicroUsd).toBe(100_000 + pastSpendCap(microUsdPerHour(300_000)) + 12);
    await world.untilState(id, 'active');
    expect((await world.lease(id)).hold.amountMicroUsd).toBe(before.amountMicroUsd);
    await expectAgreement(world, id);
    await world.close();
  });
});

// Every database call of Confirm ready fails once: the first, the second, ...
describe('a crash while an instance is accepted', { timeout: 240_000 }, () => {
  it('at any call leaves lease, account and entries in agreement', async () => {
    let failAt = Number.POSITIVE_INFINITY;
    let crashed = false;
    const crash = (): void => {
      failAt -= 1;
      if (failAt !== 0) return;
      crashed = true;
      // A failure that the step retries, as when the next try is a new process.
      throw new Failure('StoreDown', 'the process is gone');
    };
    let next = 0;
    const meddle: Meddle = async (call, run) => {
      if (call.name !== 'confirm' || next === 0) return run();
      failAt = next;
      next = 0;
      try {
        return await run();
      } finally {
        failAt = Number.POSITIVE_INFINITY;
      }
    };
    const world = await leaseWorld({ meddle, onDatabaseCall: crash });
    const ended: LeaseId[] = [];
    let crashes = 0;
    for (let at = 1; at <= 30; at += 1) {
      crashed = false;
      next = at;
      const { id } = await world.active();
      await world.pass(MINUTE);
      await expectAgreement(world, id);
      await world.release(id);
      await world.untilState(id, 'ended');
      ended.push(id);
      if (!crashed) break;
      crashes += 1;
    }
    // Two reads, a read, the commit, three events, an entry, the account in two, the outbox.
    expect(crashes).toBeGreaterThanOrEqual(9);
    expect(await world.leftovers(...ended)).toEqual([]);
    await world.close();
  });
});

describe('a change of month', { timeout: 240_000 }, () => {
  it('before the instance is accepted does not change the room of the new month', async () => {
    let isBlocked = true;
    const meddle: Meddle = (call, run) =>
      isBlocked && call.name === 'confirm' ? Promise.reject(new Error('not yet')) : run();
    const world = await leaseWorld({ meddle, freshMenu: false });
    await world.pass(untilMonthEnds(world) - 20_000);
    await world.service.refresh();
    const id = await world.request();
    await world.untilState(id, 'booting');
    await world.pass(30_000);
    await changeMonth(world);
    isBlocked = false;
    await world.untilState(id, 'active');
    await expectAgreement(world, id);
    const account = await accountOf(world);
    expect(account).toMatchObject({ month: '2026-12', chargedMicroUsd: 0 });
    expect(account.roomMicroUsd).toBe(account.limits.monthlyBudgetMicroUsd - 1_000_000);
    await world.close();
  });

  it('while the lease is active puts a raise into the new month, and takes its room', async () => {
    const world = await leaseWorld({ freshMenu: false });
    await world.pass(untilMonthEnds(world) - 10 * MINUTE);
    await world.service.refresh();
    const { id } = await world.active();
    await world.pass(20 * MINUTE);
    await changeMonth(world);
    const { deadline, hold: before } = await world.lease(id);
    const until = new Date(deadline + 3 * HOUR).toISOString();
    const reply = await world.ask('extendLease', { params: { id }, body: { until } });
    expect(reply).toMatchObject({ status: 200 });
    await expectAgreement(world, id);
    const { hold } = await world.lease(id);
    const raised = hold.amountMicroUsd - before.amountMicroUsd;
    expect(raised).toBeGreaterThan(500_000);
    const budget = (await accountOf(world)).limits.monthlyBudgetMicroUsd;
    expect((await accountOf(world)).roomMicroUsd).toBe(budget - 1_000_000 - raised);
    await world.untilState(id, 'ended');
    const lease = await world.lease(id);
    const charged = lease.state === 'ended' ? lease.chargedMicroUsd : Number.NaN;
    expect(charged).toBeGreaterThan(before.amountMicroUsd);
    const account = await accountOf(world);
    // The oldest part is filled first.
    const inDecember = charged - before.amountMicroUsd;
    expect(account).toMatchObject({
      ...{ month: '2026-12', chargedMicroUsd: inDecember },
      chargedBeforeMicroUsd: before.amountMicroUsd,
      roomMicroUsd: budget - 1_000_000 - inDecember,
    });
    const entries = await stores(world).ledger.entries(CONSUMER);
    const charges = entries.filter(({ kind }) => kind === 'charge');
    expect(charges.map(({ month, amountMicroUsd }) => [month, amountMicroUsd])).toEqual([
      ['2026-11', before.amountMicroUsd],
      ['2026-12', inDecember],
    ]);
    const report = await booksOf(world).costs({ groupBy: 'month', from: '2026-11-01' });
    expect(report.groups.map(({ key, chargedMicroUsd }) => [key, chargedMicroUsd])).toEqual([
      ['2026-11', before.amountMicroUsd],
      ['2026-12', inDecember],
    ]);
    expect(report.total.leases).toBe(1);
    const cost = await world.ask('readLeaseCost', { params: { id } });
    expect(cost.body).toMatchObject({ chargedMicroUsd: charged, instances: [{ attempt: 1 }] });
    await world.close();
  });

  it('refuses an extension that the new month has no room for', async () => {
    const env = { GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: '1900000' };
    const world = await leaseWorld({ freshMenu: false, env });
    await world.pass(untilMonthEnds(world) - 10 * MINUTE);
    await world.service.refresh();
    const { id } = await world.active({ ceilingMicroUsdPerHour: 400_000 });
    await world.pass(20 * MINUTE);
    await changeMonth(world);
    const { deadline } = await world.lease(id);
    const until = new Date(deadline + 3 * HOUR).toISOString();
    const reply = await world.ask('extendLease', { params: { id }, body: { until } });
    expect(reply).toMatchObject({ status: 402, body: { limit: 'monthly-budget' } });
    await world.close();
  });

  it('just before the request puts the lease and its entries into the new month', async () => {
    const world = await leaseWorld();
    const now = world.service.runtime.clock.now();
    const { accounts } = stores(world);
    const december = monthOf((now + 10 * DAY) as typeof now);
    const { limits: defaults } = world.service.runtime.config;
    const amountMicroUsd = microUsd(1);
    const hold = { amountMicroUsd, rateMicroUsdPerHour: microUsdPerHour(1), month: december };
    const request = { consumer: CONSUMER, leaseId: aLeaseId('t'), defaults };
    const wanted = { providers: [], gpuNames: [] };
    await accounts.place({ ...request, wanted, hold: { ...hold, placedAt: now } });
    const id = await world.request();
    expect((await world.lease(id)).hold.month).toBe(december);
    await world.untilState(id, 'active');
    await expectAgreement(world, id);
    await world.release(id);
    await world.untilState(id, 'ended');
    const entries = await stores(world).ledger.entries(CONSUMER);
    expect(new Set(entries.map(({ month }) => month))).toEqual(new Set([december]));
    await world.close();
  });
});
