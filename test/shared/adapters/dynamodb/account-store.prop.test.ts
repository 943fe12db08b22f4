// Laws of an account, whatever is done to it in whatever order, against a model that is a plain
// map of holds: in every month, budget = room + held + charged, and repeats change nothing.

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Hold } from '../../../../shared/core/account.ts';
import { brandId, ConsumerId, LeaseId } from '../../../../shared/core/ids.ts';
import { microUsd, microUsdPerHour } from '../../../../shared/core/money.ts';
import { epochMs, Month } from '../../../../shared/core/time.ts';
import { someLimits } from '../../../support/builders.ts';
import { openTestDatabase, type TestDatabase } from '../../../support/database.ts';

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
  rateMicroUsdPerHourMost: microUsdPerHour(RATE),
  openLeasesMost: LEASES,
});

/** What is done: to one of six leases, with an amount, by clocks of which some lag at times. */
const step = fc.record({
  kind: fc.constantFrom('place', 'place', 'raise', 'settle'),
  lease: fc.nat({ max: 5 }),
  amount: fc.nat({ max: 500 }),
  rate: fc.nat({ max: 25 }),
  nextMonth: fc.constantFrom(false, false, false, true),
  lags: fc.boolean(),
  twice: fc.boolean(),
});
type Step = { kind: string; lease: number; amount: number; rate: number; twice: boolean };

type Held = { amount: number; rate: number; month: number };
type Model = { holds: Map<number, Held>; charged: number[]; accountMonth: number };

const heldIn = (model: Model, month: number): number =>
  [...model.holds.values()]
    .filter((held) => held.month === month)
    .reduce((all, { amount }) => all + amount, 0);

const roomOf = (model: Model): number =>
  BUDGET - heldIn(model, model.accountMonth) - (model.charged[model.accountMonth] ?? 0);

/** What the account must do, and whether it says that the hold stands. */
function expected(model: Model, { kind, lease, amount, rate }: Step, month: number): boolean {
  const held = model.holds.get(lease);
  if (kind === 'place') {
    if (held !== undefined) return true;
    model.accountMonth = Math.max(model.accountMonth, month);
    const rates = [...model.holds.values()].reduce((all, other) => all + other.rate, 0);
    const fits = amount <= roomOf(model) && rates + rate <= RATE && model.holds.size < LEASES;
    if (fits) model.holds.set(lease, { amount, rate, month: model.accountMonth });
    return fits;
  }
  if (held === undefined) return false;
  if (kind === 'raise') {
    if (amount > Math.max(0, roomOf(model))) return false;
    held.amount += amount;
    return true;
  }
  model.charged[held.month] = (model.charged[held.month] ?? 0) + amount;
  model.holds.delete(lease);
  return true;
}

const wanted = { providers: [], gpuNames: [] };
const leaseId = (lease: number) => brandId(LeaseId, `lease${lease}`.padEnd(20, '0'));

async function done(consumer: ConsumerId, action: Step, month: number): Promise<boolean> {
  const { kind, lease, amount, rate } = action;
  const who = { consumer, leaseId: leaseId(lease) };
  const held = (await database.accounts.get(consumer))?.holds[who.leaseId];
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
    if (held === undefined) return false;
    const from = held.amountMicroUsd;
    const to = microUsd(from + amount);
    if (kind === 'raise') {
      const at = epochMs(0);
      return (await database.accounts.raise({ ...who, to, at })).kind === 'placed';
    }
    await database.accounts.settle({ ...who, charged: microUsd(amount) });
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
  const held = holds
    .filter(({ month }) => month === account.month)
    .reduce((all, { amountMicroUsd }) => all + amountMicroUsd, 0);
  expect(account.roomMicroUsd + held + account.chargedMicroUsd).toBe(BUDGET);
  expect(held).toBe(heldIn(model, now));
  expect(account.chargedMicroUsd).toBe(model.charged[now] ?? 0);
  expect(account.leaseRoom).toBe(LEASES - model.holds.size);
  const rates = holds.reduce((all, hold) => all + hold.rateMicroUsdPerHour, 0);
  expect(account.rateRoomMicroUsdPerHour).toBe(RATE - rates);
  for (const hold of holds) expect(hold.amountMicroUsd).toBeGreaterThanOrEqual(0);
}

let runs = 0;

it('keeps its sums and agrees with the model after every step', async () => {
  const life = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
    runs += 1;
    const consumer = brandId(ConsumerId, `123456789012/run-${runs}`);
    const model: Model = { holds: new Map(), charged: [], accountMonth: 0 };
    let month = 0;
    for (const action of steps) {
      if (action.nextMonth) month = Math.min(month + 1, MONTHS.length - 1);
      const told = Math.max(0, action.lags ? month - 1 : month);
      const outcome = await done(consumer, action, told);
      expect(outcome).toBe(expected(model, action, told));
      await agrees(consumer, model);
    }
  });
  await fc.assert(life, { numRuns: 60 });
});
