// Changes of an account by operators and thresholds, on the real engine: concurrent with
// admissions, once, and logged once.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { brandId, ConsumerId, LeaseId } from '../../../../../shared/core/base/ids.ts';
import { microUsd, microUsdPerHour } from '../../../../../shared/core/base/money.ts';
import { epochMs, Month } from '../../../../../shared/core/base/time.ts';
import { reviewOf } from '../../../../../shared/core/billing/thresholds.ts';
import type {
  AccountLimits,
  AccountNote,
  Hold,
} from '../../../../../shared/core/ledger/account.ts';
import { someLimits } from '../../../../support/builders/ledger.ts';
import { openTestDatabase, type TestDatabase } from '../../../../support/worlds/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

let consumer: ConsumerId;
let consumers = 0;
beforeEach(() => {
  consumers += 1;
  consumer = brandId(ConsumerId, `123456789012/limits-${consumers}`);
});

const november = Month.parse('2026-11');
const defaults = someLimits({ monthlyBudgetMicroUsd: microUsd(1_000) });
const NOW = epochMs(1_793_620_800_000);
const note = (change: Partial<AccountNote> = {}): AccountNote => ({
  ...{ at: NOW, kind: 'limits-changed', id: '2', by: null, reason: 'a test' },
  ...{ from: null, to: null, ...change },
});
const lease = (number: number): LeaseId =>
  brandId(LeaseId, `lease${String(number).padStart(15, '0')}`);
const hold = (amount: number, change: Partial<Hold> = {}): Hold => ({
  amountMicroUsd: microUsd(amount),
  rateMicroUsdPerHour: microUsdPerHour(10),
  month: november,
  placedAt: NOW,
  ...change,
});
type Wants = { providers: ['vastai'] | []; gpuNames: string[] };
const ANY: Wants = { providers: [], gpuNames: [] };
const place = (number: number, amount = 100, wanted: Wants = ANY) =>
  database.accounts.place({
    ...{ consumer, leaseId: lease(number), hold: hold(amount), wanted, defaults },
  });
const read = async () => {
  const account = await database.accounts.get(consumer);
  if (account === null) throw new Error('there is no account');
  return account;
};
const change = async (limits: AccountLimits) =>
  database.accounts.changeLimits({ account: await read(), limits, note: note() });

describe('changed limits', () => {
  it('change the room by the difference, below zero if necessary, and no hold', async () => {
    await place(1, 600);
    const lower = { ...defaults, monthlyBudgetMicroUsd: microUsd(500), maxOpenLeases: 1 };
    expect(await change(lower)).toBe('changed');
    expect(await read()).toMatchObject({
      ...{ limits: lower, limitsVersion: 2, roomMicroUsd: -100, leaseRoom: 0 },
      holds: { [lease(1)]: hold(600) },
    });
    expect(await place(2, 1)).toMatchObject({ kind: 'refused' });
  });

  it('with an old version change nothing', async () => {
    await place(1);
    const account = await read();
    await change({ ...defaults, maxOpenLeases: 7 });
    const before = await read();
    const stale = { account, limits: defaults, note: note({ id: '3' }) };
    expect(await database.accounts.changeLimits(stale)).toBe('stale');
    expect(await read()).toEqual(before);
  });

  it('keep the holds of concurrent admissions', async () => {
    await place(0);
    const more = { ...defaults, monthlyBudgetMicroUsd: microUsd(2_000) };
    const places = Array.from({ length: 8 }, (_, number) => place(number + 1));
    await Promise.all([...places, change(more)]);
    expect(await read()).toMatchObject({ roomMicroUsd: 1_100, leaseRoom: 11 });
  });

  it('open an account under version 1, once', async () => {
    const opening = { consumer, month: november, limits: defaults, note: note({ id: '1' }) };
    expect(await database.accounts.open(opening)).toBe('opened');
    expect(await database.accounts.open(opening)).toBe('exists');
    expect(await read()).toMatchObject({ limitsVersion: 1, roomMicroUsd: 1_000 });
    const all = await database.accounts.all();
    expect(all.some((account) => account.consumer === consumer)).toBe(true);
  });
});

describe('an account that allows only some providers and GPUs', () => {
  const naming = (...gpuNames: string[]): Wants => ({ providers: ['vastai'], gpuNames });

  it('refuses exactly the requests that name only others', async () => {
    await place(1);
    await change({ ...defaults, providers: ['vastai'], gpuNames: ['H100 SXM'] });
    expect(await place(2, 1, naming('RTX 4090'))).toEqual({
      kind: 'refused',
      refusal: { limit: 'gpus', allowed: ['H100 SXM'] },
    });
    expect(await place(3, 1)).toMatchObject({ kind: 'placed' });
    expect(await place(4, 1, naming('RTX 4090', 'H100 SXM'))).toMatchObject({ kind: 'placed' });
  });

  it('refuses a lease above the maximum hold of one lease', async () => {
    await place(1);
    await change({ ...defaults, maxLeaseMicroUsd: microUsd(200) });
    expect(await place(2, 201)).toMatchObject({
      refusal: { limit: 'per-lease', room: 200, asked: 201, holds: [{ leaseId: lease(1) }] },
    });
    expect(await place(3, 200)).toMatchObject({ kind: 'placed' });
    const raised = { consumer, leaseId: lease(3), to: microUsd(201), at: NOW };
    expect(await database.accounts.raise(raised)).toMatchObject({ kind: 'refused' });
  });
});

describe('a crossing', () => {
  const freezing = { ...defaults, thresholds: [{ percent: 50, action: 'freeze' as const }] };
  const cross = async (spent: number) => {
    const account = await read();
    const review = reviewOf(account, microUsd(spent));
    const crossed = note({ kind: 'threshold-crossed', id: '50' });
    const notes = review.crossed.length === 0 ? [] : [crossed];
    return database.accounts.cross({ account, review, at: NOW, notes });
  };

  it('is recorded by one of many callers, and refuses new leases while it applies', async () => {
    await place(1);
    await change(freezing);
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => cross(500)));
    expect(outcomes.filter((outcome) => outcome === 'crossed')).toHaveLength(1);
    expect(await read()).toMatchObject({ frozen: true, crossed: { 50: NOW } });
    expect(await place(2)).toEqual({
      kind: 'refused',
      refusal: { limit: 'threshold', percent: 50 },
    });
    await change({ ...freezing, monthlyBudgetMicroUsd: microUsd(2_000) });
    expect(await cross(500)).toBe('crossed');
    expect(await read()).toMatchObject({ frozen: false, crossed: { 50: NOW } });
    expect(await place(2)).toMatchObject({ kind: 'placed' });
  });

  it('ends with its month', async () => {
    await place(1);
    await change(freezing);
    await cross(600);
    const next = hold(100, { month: Month.parse('2026-12') });
    const ask = { consumer, leaseId: lease(2), hold: next, wanted: ANY, defaults };
    expect(await database.accounts.place(ask)).toMatchObject({ kind: 'placed' });
    expect(await read()).toMatchObject({ frozen: false, crossed: {} });
  });
});

describe('the log', () => {
  it('has each note of the account once, and removes it from the account', async () => {
    await place(1);
    await change({ ...defaults, maxOpenLeases: 7 });
    const account = await read();
    expect(Object.values(account.notes)).toEqual([note()]);
    await database.accounts.applyNotes(account);
    await database.accounts.applyNotes(account);
    expect((await read()).notes).toEqual({});
    const all = { after: null, limit: 10 };
    expect(await database.accounts.notes(consumer, all)).toEqual([note()]);
  });

  it('is read in pages in order of time', async () => {
    await place(1);
    const notes = [5, 1, 3].map((minute) => note({ at: epochMs(NOW + minute), id: `${minute}` }));
    for (const each of notes) await database.accounts.appendNote(consumer, each);
    const first = await database.accounts.notes(consumer, { after: null, limit: 2 });
    expect(first.map(({ id }) => id)).toEqual(['1', '3']);
    const after = first.at(-1) ?? null;
    const second = await database.accounts.notes(consumer, { after, limit: 2 });
    expect(second.map(({ id }) => id)).toEqual(['5']);
  });
});

describe('repricing a hold', () => {
  const to = hold(40, { rateMicroUsdPerHour: microUsdPerHour(4), repricedAt: NOW });
  const reprice = () => database.accounts.reprice({ consumer, leaseId: lease(1), to });

  it('returns the rest and the rate once, despite a later raise', async () => {
    await place(1, 600);
    await reprice();
    const at = epochMs(NOW + 1);
    expect(await read()).toMatchObject({ roomMicroUsd: 960, holds: { [lease(1)]: to } });
    expect(await read()).toMatchObject({ rateRoomMicroUsdPerHour: 4_999_996 });
    await database.accounts.raise({ consumer, leaseId: lease(1), to: microUsd(600), at });
    const before = await read();
    await reprice();
    expect(await read()).toEqual(before);
  });

  it('of an earlier month returns nothing to the current one', async () => {
    await place(1, 600);
    const december = hold(100, { month: Month.parse('2026-12') });
    await database.accounts.place({
      ...{ consumer, leaseId: lease(2), hold: december, wanted: ANY, defaults },
    });
    await reprice();
    expect(await read()).toMatchObject({ roomMicroUsd: 900, holds: { [lease(1)]: to } });
  });
});
