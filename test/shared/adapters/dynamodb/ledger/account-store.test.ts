// Accounts on the real engine: admission never exceeds a limit, for any number of concurrent
// callers, and every operation is safe to repeat.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { brandId, ConsumerId, LeaseId } from '../../../../../shared/core/base/ids.ts';
import { microUsd, microUsdPerHour } from '../../../../../shared/core/base/money.ts';
import { epochMs, Month } from '../../../../../shared/core/base/time.ts';
import type { Hold } from '../../../../../shared/core/ledger/account.ts';
import { byMonth } from '../../../../../shared/core/ledger/hold-parts.ts';
import { someLimits } from '../../../../support/builders/ledger.ts';
import { openTestDatabase, type TestDatabase } from '../../../../support/worlds/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** Each test has its own account. */
let consumer: ConsumerId;
let consumers = 0;
beforeEach(() => {
  consumers += 1;
  consumer = brandId(ConsumerId, `123456789012/test-${consumers}`);
});

const november = Month.parse('2026-11');
const december = Month.parse('2026-12');
const defaults = someLimits({
  monthlyBudgetMicroUsd: microUsd(1_000),
  maxRateMicroUsdPerHour: microUsdPerHour(500),
  maxOpenLeases: 20,
});

const lease = (number: number): LeaseId =>
  brandId(LeaseId, `lease${String(number).padStart(15, '0')}`);
const PLACED_AT = epochMs(1_793_620_800_000);
const hold = (amount: number, change: Partial<Hold> = {}): Hold => ({
  amountMicroUsd: microUsd(amount),
  rateMicroUsdPerHour: microUsdPerHour(10),
  month: november,
  placedAt: PLACED_AT,
  ...change,
});

const wanted = { providers: [], gpuNames: [] };
const place = (number: number, held = hold(100), limits = defaults) =>
  database.accounts.place({
    consumer,
    leaseId: lease(number),
    hold: held,
    wanted,
    defaults: limits,
  });
const raisedAt = epochMs(5);
const raise = (number: number, to: number, at = raisedAt) =>
  database.accounts.raise({ consumer, leaseId: lease(number), to: microUsd(to), at });
const lower = (number: number, from: Hold, to: number) =>
  database.accounts.lower({ consumer, leaseId: lease(number), from, to: microUsd(to) });
/** Settles a charge that counts in `month`. */
const settle = (number: number, charged: number, month = november) =>
  database.accounts.settle({
    ...{ consumer, leaseId: lease(number), placedAt: PLACED_AT },
    charges: [{ month, amountMicroUsd: microUsd(charged) }],
  });
const read = () => database.accounts.get(consumer);

const placed = expect.objectContaining({ kind: 'placed' });
const refused = (limit: string, room: number, asked: number) => ({
  kind: 'refused',
  refusal: expect.objectContaining({ limit, room, asked }),
});

describe('placing a hold', () => {
  it('opens the account with the default limits', async () => {
    expect(await read()).toBeNull();
    expect(await place(1)).toEqual(placed);
    expect(await read()).toEqual({
      consumer,
      month: november,
      limits: defaults,
      roomMicroUsd: 900,
      rateRoomMicroUsdPerHour: 490,
      leaseRoom: 19,
      limitsVersion: 1,
      chargedMicroUsd: 0,
      chargedBeforeMicroUsd: 0,
      ...{ reservedMicroUsd: 0, reservedBeforeMicroUsd: 0 },
      correctionSeq: 0,
      frozen: false,
      crossed: {},
      holds: { [lease(1)]: hold(100) },
      notes: {},
    });
  });

  it('is exactly one call when the account is open and has room', async () => {
    await place(1);
    database.calls.length = 0;
    await place(2);
    expect(database.calls).toEqual(['UpdateItem']);
  });

  it('changes nothing when it is repeated, even with no room left', async () => {
    await place(1, hold(1_000));
    const before = await read();
    expect(await place(1, hold(1_000))).toEqual(placed);
    expect(await place(1, hold(7))).toEqual(placed);
    expect(await read()).toEqual(before);
  });

  it('is refused by each limit, with its name, its room and the requested amount', async () => {
    await place(1, hold(900, { rateMicroUsdPerHour: microUsdPerHour(460) }));
    expect(await place(2, hold(101))).toEqual(refused('monthly-budget', 100, 101));
    const fast = hold(1, { rateMicroUsdPerHour: microUsdPerHour(41) });
    expect(await place(2, fast)).toEqual(refused('rate', 40, 41));
    expect(await place(2, hold(100))).toEqual(placed);
  });

  it('is refused when the maximum number of leases is open', async () => {
    const limits = { ...defaults, maxOpenLeases: 1 };
    await place(1, hold(1), limits);
    expect(await place(2, hold(1), limits)).toEqual(refused('open-leases', 0, 1));
  });

  it('creates no hold when it is refused', async () => {
    await place(1);
    const before = await read();
    await place(2, hold(901));
    expect(await read()).toEqual(before);
  });

  it('admits exactly as many of fifty concurrent requests as there is room for', async () => {
    const limits = { ...defaults, monthlyBudgetMicroUsd: microUsd(1_350), maxOpenLeases: 50 };
    const all = Array.from({ length: 50 }, (_, number) => place(number, hold(100), limits));
    const outcomes = await Promise.all(all);
    expect(outcomes.filter(({ kind }) => kind === 'placed')).toHaveLength(13);
    const account = await read();
    expect(Object.keys(account?.holds ?? {})).toHaveLength(13);
    expect(account).toMatchObject({ roomMicroUsd: 50, leaseRoom: 37 });
  });
});

describe('the turn of a month', () => {
  const inDecember = (amount: number) => hold(amount, { month: december });

  it('resets the budget, and keeps rates and open leases', async () => {
    await place(1, hold(1_000));
    await settle(1, 700);
    await place(2, hold(300));
    expect(await place(3, inDecember(1_000))).toEqual(placed);
    const account = await read();
    expect(account).toMatchObject({ month: december, roomMicroUsd: 0, chargedMicroUsd: 0 });
    expect(account).toMatchObject({ leaseRoom: 18, rateRoomMicroUsdPerHour: 480 });
  });

  it('happens once for concurrent requests', async () => {
    await place(1, hold(100));
    const all = Array.from({ length: 20 }, (_, number) => place(number + 2, inDecember(100)));
    const outcomes = await Promise.all(all);
    expect(outcomes.filter(({ kind }) => kind === 'placed')).toHaveLength(10);
    expect(await read()).toMatchObject({ month: december, roomMicroUsd: 0 });
  });

  it('is never undone by a slow clock, whose hold gets the account’s month', async () => {
    await place(1, inDecember(400));
    const late = { kind: 'placed', hold: inDecember(500) };
    expect(await place(2, hold(500))).toEqual(late);
    expect(await place(2, hold(500))).toEqual(late);
    expect(await read()).toMatchObject({ month: december, roomMicroUsd: 100 });
    expect((await read())?.holds[lease(2)]).toEqual(inDecember(500));
    expect(await place(3, hold(101))).toEqual(refused('monthly-budget', 100, 101));
  });

  it('keeps the new budget when a hold of the old month is settled', async () => {
    await place(1, hold(600));
    await place(2, inDecember(100));
    await settle(1, 900);
    const account = await read();
    expect(account).toMatchObject({ roomMicroUsd: 900, chargedMicroUsd: 0, leaseRoom: 19 });
    expect(account).toMatchObject({ chargedBeforeMicroUsd: 900 });
  });
});

describe('charges', () => {
  const inDecember = (amount: number) => hold(amount, { month: december });

  it('of all earlier months are one sum after the turn of the month', async () => {
    await place(1, hold(300));
    await place(2, hold(300));
    await settle(1, 250);
    await place(3, inDecember(100));
    expect(await read()).toMatchObject({ chargedMicroUsd: 0, chargedBeforeMicroUsd: 250 });
    await settle(2, 40);
    await settle(3, 60, december);
    expect(await read()).toMatchObject({ chargedMicroUsd: 60, chargedBeforeMicroUsd: 290 });
  });
});

describe('settling', () => {
  it('charges, returns the rest and makes room for another lease', async () => {
    await place(1, hold(600));
    await settle(1, 250);
    expect(await read()).toMatchObject({
      roomMicroUsd: 750,
      rateRoomMicroUsdPerHour: 500,
      leaseRoom: 20,
      chargedMicroUsd: 250,
      holds: {},
    });
  });

  it('lowers the room below zero when the charge exceeds the hold', async () => {
    await place(1, hold(1_000));
    await settle(1, 1_400);
    expect(await read()).toMatchObject({ roomMicroUsd: -400, chargedMicroUsd: 1_400 });
    expect(await place(2, hold(1))).toEqual(refused('monthly-budget', -400, 1));
  });

  it('leaves a hold alone that was placed again since', async () => {
    await place(1, hold(600));
    await settle(1, 250);
    await place(1, hold(600, { placedAt: epochMs(PLACED_AT + 1) }));
    await settle(1, 250);
    expect(await read()).toMatchObject({ roomMicroUsd: 150, chargedMicroUsd: 250 });
  });

  it('counts once for concurrent calls', async () => {
    await place(1, hold(600));
    await Promise.all([settle(1, 250), settle(1, 250), settle(1, 250)]);
    await settle(1, 250);
    expect(await read()).toMatchObject({ roomMicroUsd: 750, leaseRoom: 20, chargedMicroUsd: 250 });
  });

  it('changes nothing without such a hold or account', async () => {
    await settle(1, 5);
    expect(await read()).toBeNull();
    await place(1);
    const before = await read();
    await settle(2, 5);
    expect(await read()).toEqual(before);
  });
});

describe('raising a hold', () => {
  it('takes the difference from the room, once', async () => {
    await place(1, hold(100));
    expect(await raise(1, 300)).toEqual(placed);
    expect(await raise(1, 300)).toEqual(placed);
    const account = await read();
    expect(account?.holds[lease(1)]).toEqual(hold(300, { raisedAt }));
    expect(account?.roomMicroUsd).toBe(700);
  });

  it('is refused as a whole when there is too little room', async () => {
    await place(1, hold(900));
    expect(await raise(1, 1_001)).toEqual(refused('monthly-budget', 100, 101));
    expect((await read())?.holds[lease(1)]).toEqual(hold(900));
  });

  it('is a conflict when there is no hold', async () => {
    await expect(raise(1, 200)).rejects.toHaveProperty('name', 'Conflict');
  });

  it('to an amount that the hold already has succeeds, also without room', async () => {
    await place(1, hold(900));
    await place(2, hold(100));
    await settle(2, 150);
    expect(await raise(1, 800)).toEqual(placed);
    const account = await read();
    expect(account?.holds[lease(1)]).toEqual(hold(900, { raisedAt }));
    expect(account?.roomMicroUsd).toBe(-50);
  });

  it('by concurrent callers takes no more than the highest raise', async () => {
    await place(1, hold(100));
    await Promise.all([300, 500, 400].map((to) => raise(1, to)));
    const account = await read();
    expect(account?.holds[lease(1)]?.amountMicroUsd).toBe(500);
    expect(account?.roomMicroUsd).toBe(500);
  });

  it('of an earlier month takes its room in the current one', async () => {
    await place(1, hold(100));
    await place(2, hold(100, { month: december }));
    expect(await raise(1, 300)).toEqual(placed);
    const account = await read();
    expect(account).toMatchObject({ month: december, roomMicroUsd: 700 });
    const later = [{ month: december, amountMicroUsd: 200 }];
    expect(account?.holds[lease(1)]).toMatchObject({ month: november, later });
    expect(await raise(1, 1_100)).toEqual(refused('monthly-budget', 700, 800));
  });

  it('starts the month of the raise, and is judged by its room', async () => {
    await place(1, hold(600));
    await place(2, hold(300));
    expect(await raise(1, 900)).toEqual(refused('monthly-budget', 100, 300));
    const inDecember = epochMs(Date.parse('2026-12-01T00:00:01Z'));
    expect(await raise(1, 900, inDecember)).toEqual(placed);
    expect(await read()).toMatchObject({ month: december, roomMicroUsd: 700 });
  });

  it('is charged from the oldest month on, the excess to the present one', async () => {
    await place(1, hold(100));
    await place(2, hold(100, { month: december }));
    await raise(1, 300);
    const held = (await read())?.holds[lease(1)] ?? hold(0);
    const charges = byMonth(held, microUsd(350), december);
    await database.accounts.settle({
      ...{ consumer, leaseId: lease(1), placedAt: PLACED_AT, charges },
    });
    expect(await read()).toMatchObject({
      ...{ chargedMicroUsd: 250, chargedBeforeMicroUsd: 100, roomMicroUsd: 650 },
    });
  });
});

describe('lowering a hold', () => {
  const left = (amount: number) => hold(amount, { raisedAt });

  it('returns what the raise took, once', async () => {
    await place(1, hold(100));
    await raise(1, 300);
    expect(await lower(1, left(300), 100)).toBe('lowered');
    expect(await lower(1, left(300), 100)).toBe('changed');
    expect(await read()).toMatchObject({ roomMicroUsd: 900 });
    expect((await read())?.holds[lease(1)]?.amountMicroUsd).toBe(100);
  });

  it('does not change a hold that was raised again, to any amount', async () => {
    await place(1, hold(100));
    await raise(1, 300);
    await raise(1, 300, epochMs(6));
    expect(await lower(1, left(300), 100)).toBe('changed');
    expect((await read())?.holds[lease(1)]?.amountMicroUsd).toBe(300);
  });

  it('does not change a hold that no extension has raised, or that is gone', async () => {
    expect(await lower(1, left(300), 100)).toBe('changed');
    await place(1, hold(300));
    expect(await lower(1, hold(300), 100)).toBe('changed');
  });

  it('of an earlier month returns nothing to the current one', async () => {
    await place(1, hold(100));
    await raise(1, 300);
    await place(2, hold(100, { month: december }));
    expect(await lower(1, left(300), 100)).toBe('lowered');
    expect(await read()).toMatchObject({ month: december, roomMicroUsd: 900 });
  });
});

describe('all accounts', () => {
  it('are listed once they have a hold', async () => {
    await place(1, hold(100));
    const all = await database.accounts.all();
    expect(all.find((account) => account.consumer === consumer)).toEqual(await read());
  });
});
