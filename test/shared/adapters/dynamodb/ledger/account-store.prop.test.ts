// Invariants of an account after random operations in random order, compared with a model that is a
// map of holds: in every month, budget = room + held + charged, and repeats change nothing.

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { brandId, ConsumerId, LeaseId } from '../../../../../shared/core/base/ids.ts';
import { microUsd, microUsdPerHour } from '../../../../../shared/core/base/money.ts';
import { epochMs, Month } from '../../../../../shared/core/base/time.ts';
import type { Account, Hold } from '../../../../../shared/core/ledger/account.ts';
import { amountIn, byMonth, loweredTo } from '../../../../../shared/core/ledger/hold-parts.ts';
import { someLimits } from '../../../../support/builders/ledger.ts';
import { openTestDatabase, type TestDatabase } from '../../../../support/worlds/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const BUDGET = 1_000;
const RATE = 60;
const LEASES = 4;
const MONTHS = ['2026-11', '2026-12', '2027-01'].map((month) => Month.parse(month));

const defaults = someLimits({
  monthlyBudgetMicroUsd: microUsd(BUDGET),
  maxLeaseMicroUsd: microUsd(1_000_000),
  maxRateMicroUsdPerHour: microUsdPerHour(RATE),
  maxOpenLeases: LEASES,
});

/** An operation on one of six leases, with an amount, by a clock that may lag. */
const step = fc.record({
  kind: fc.constantFrom('place', 'place', 'raise', 'reprice', 'settle', 'limit'),
  lease: fc.nat({ max: 5 }),
  amount: fc.nat({ max: 500 }),
  rate: fc.nat({ max: 25 }),
  nextMonth: fc.constantFrom(false, false, false, true),
  lags: fc.boolean(),
  twice: fc.boolean(),
});
type Step = { kind: string; lease: number; amount: number; rate: number; twice: boolean };

/** The amounts by month, from the month of admission on. */
type Held = { parts: Map<number, number>; rate: number; repriced?: boolean };
type Model = {
  holds: Map<number, Held>;
  charged: number[];
  accountMonth: number;
  budget: number;
  leases: number;
  opened: boolean;
};

const heldIn = (model: Model, month: number): number =>
  [...model.holds.values()].reduce((all, { parts }) => all + (parts.get(month) ?? 0), 0);

const roomOf = (model: Model): number =>
  model.budget - heldIn(model, model.accountMonth) - (model.charged[model.accountMonth] ?? 0);

/** Applies the operation to the model; returns whether the hold must exist after it. */
function expected(model: Model, { kind, lease, amount, rate }: Step, month: number): boolean {
  const held = model.holds.get(lease);
  if (kind === 'limit') {
    if (!model.opened) return false;
    model.budget = BUDGET + amount;
    model.leases = 1 + (rate % LEASES);
    return true;
  }
  if (kind === 'place') {
    if (held !== undefined) return true;
    model.opened = true;
    model.accountMonth = Math.max(model.accountMonth, month);
    const rates = [...model.holds.values()].reduce((all, other) => all + other.rate, 0);
    const fits = amount <= roomOf(model) && rates + rate <= RATE && model.holds.size < model.leases;
    if (fits) model.holds.set(lease, { parts: new Map([[model.accountMonth, amount]]), rate });
    return fits;
  }
  if (held === undefined) return false;
  if (kind === 'reprice') {
    if (held.repriced === true) return true;
    let less = amount;
    for (const [at, part] of [...held.parts].toReversed()) {
      held.parts.set(at, part - Math.min(part, less));
      less -= Math.min(part, less);
    }
    held.rate = Math.min(held.rate, rate);
    held.repriced = true;
    return true;
  }
  if (kind === 'raise') {
    if (amount > Math.max(0, roomOf(model))) return false;
    const { accountMonth } = model;
    held.parts.set(accountMonth, (held.parts.get(accountMonth) ?? 0) + amount);
    return true;
  }
  let left = amount;
  for (const [at, part] of [...held.parts, [model.accountMonth, amount] as const]) {
    model.charged[at] = (model.charged[at] ?? 0) + Math.min(part, left);
    left -= Math.min(part, left);
  }
  model.holds.delete(lease);
  return true;
}

const wanted = { providers: [], gpuNames: [] };
const leaseId = (lease: number) => brandId(LeaseId, `lease${lease}`.padEnd(20, '0'));

/** Changes the limits; true when the account has them. */
async function limited(account: Account | null, { amount, rate }: Step): Promise<boolean> {
  if (account === null) return false;
  const limits = {
    ...account.limits,
    monthlyBudgetMicroUsd: microUsd(BUDGET + amount),
    maxOpenLeases: 1 + (rate % LEASES),
  };
  const id = String(account.limitsVersion + 1);
  const who = { by: null, reason: 'a test', from: null, to: null };
  const note = { at: epochMs(0), kind: 'limits-changed' as const, id, ...who };
  return ['changed', 'stale'].includes(
    await database.accounts.changeLimits({ account, limits, note }),
  );
}

async function done(consumer: ConsumerId, action: Step, month: number): Promise<boolean> {
  const { kind, lease, amount, rate } = action;
  const who = { consumer, leaseId: leaseId(lease) };
  const account = await database.accounts.get(consumer);
  const held = account?.holds[who.leaseId];
  const act = async (): Promise<boolean> => {
    if (kind === 'place') {
      const hold: Hold = {
        amountMicroUsd: microUsd(amount),
        rateMicroUsdPerHour: microUsdPerHour(rate),
        month: MONTHS[month] ?? Month.parse('2027-02'),
        placedAt: epochMs(0),
      };
      return (await database.accounts.place({ ...who, hold, wanted, defaults })).kind === 'placed';
    }
    if (kind === 'limit') return limited(account, action);
    if (held === undefined) return false;
    const from = held.amountMicroUsd;
    const to = microUsd(from + amount);
    if (kind === 'raise') {
      const at = epochMs(0);
      return (await database.accounts.raise({ ...who, to, at })).kind === 'placed';
    }
    if (kind === 'reprice') {
      const less = microUsd(from - Math.min(from, amount));
      const slower = microUsdPerHour(Math.min(held.rateMicroUsdPerHour, rate));
      const at = epochMs(0);
      const repriced = { rateMicroUsdPerHour: slower, repricedAt: at };
      await database.accounts.reprice({ ...who, to: { ...loweredTo(held, less), ...repriced } });
      return true;
    }
    const charges = byMonth(held, microUsd(amount), account?.month ?? held.month);
    await database.accounts.settle({ ...who, placedAt: held.placedAt, charges });
    return true;
  };
  const outcome = await act();
  if (!action.twice) return outcome;
  const before = await database.accounts.get(consumer);
  expect(await act()).toBe(outcome);
  expect(await database.accounts.get(consumer)).toEqual(before);
  return outcome;
}

async function agrees(consumer: ConsumerId, model: Model): Promise<void> {
  const account = await database.accounts.get(consumer);
  if (account === null) {
    expect(model.holds.size).toBe(0);
    return;
  }
  const now = model.accountMonth;
  expect(account.month).toBe(MONTHS[now]);
  const holds = Object.values(account.holds);
  const held = holds.reduce((all, hold) => all + amountIn(hold, account.month), 0);
  expect(account.roomMicroUsd + held + account.chargedMicroUsd).toBe(model.budget);
  const before = model.charged.slice(0, now).reduce((all, each) => all + (each ?? 0), 0);
  expect(account.chargedBeforeMicroUsd).toBe(before);
  expect(held).toBe(heldIn(model, now));
  expect(account.chargedMicroUsd).toBe(model.charged[now] ?? 0);
  expect(account.leaseRoom).toBe(model.leases - model.holds.size);
  const rates = holds.reduce((all, hold) => all + hold.rateMicroUsdPerHour, 0);
  expect(account.rateRoomMicroUsdPerHour).toBe(RATE - rates);
  for (const hold of holds) expect(hold.amountMicroUsd).toBeGreaterThanOrEqual(0);
}

let runs = 0;

it('keeps its sums and agrees with the model after every step', async () => {
  const life = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
    runs += 1;
    const consumer = brandId(ConsumerId, `123456789012/run-${runs}`);
    const limits = { budget: BUDGET, leases: LEASES, opened: false };
    const model: Model = { holds: new Map(), charged: [], accountMonth: 0, ...limits };
    let month = 0;
    for (const action of steps) {
      if (action.nextMonth) month = Math.min(month + 1, MONTHS.length - 1);
      const clockMonth = Math.max(0, action.lags ? month - 1 : month);
      const outcome = await done(consumer, action, clockMonth);
      expect(outcome).toBe(expected(model, action, clockMonth));
      await agrees(consumer, model);
    }
  });
  await fc.assert(life, { numRuns: 60 });
});
