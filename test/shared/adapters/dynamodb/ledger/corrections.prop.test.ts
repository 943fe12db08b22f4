// Corrections by concurrent actors, each interrupted between any two of its calls and repeated:
// each correction is entered exactly once, in the order of the places, and account and ledger
// agree. The engine is real; the test schedules and interrupts single calls to it.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enterCorrection } from '../../../../../shared/adapters/dynamodb/ledger/corrections.ts';
import { createLedgerStore } from '../../../../../shared/adapters/dynamodb/ledger/ledger-store.ts';
import type { Table } from '../../../../../shared/adapters/dynamodb/table.ts';
import { brandId, ConsumerId } from '../../../../../shared/core/base/ids.ts';
import {
  microUsd,
  microUsdPerHour,
  signedMicroUsd,
} from '../../../../../shared/core/base/money.ts';
import { epochMs, monthOf } from '../../../../../shared/core/base/time.ts';
import type { LedgerEntry } from '../../../../../shared/core/ledger/entry.ts';
import { aLeaseId, at } from '../../../../support/builders/base.ts';
import { isLong, limitOf } from '../../../../support/long.ts';
import { openTestDatabase, type TestDatabase } from '../../../../support/worlds/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

class Killed extends Error {}

/** The table. Before each call, `gate` may hold it, interrupt it, or let it pass. */
function gated(table: Table, gate: () => Promise<void>): Table {
  const before =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await gate();
      return call(...args);
    };
  const { get, put, update } = table;
  return { ...table, get: before(get), put: before(put), update: before(update) };
}

const limits = {
  monthlyBudgetMicroUsd: microUsd(100_000),
  maxRateMicroUsdPerHour: microUsdPerHour(1_000),
  maxOpenLeases: 20,
  maxLeaseMicroUsd: microUsd(100_000),
  providers: [],
  gpuNames: [],
  thresholds: [],
};
const november = monthOf(at('12:00'));
const october = monthOf(epochMs(at('12:00') - 20 * 86_400_000));
const CHARGED = 10_000;
let accounts = 0;

/** An account with charges in this month and in earlier ones. */
async function anAccount() {
  accounts += 1;
  const consumer = brandId(ConsumerId, `123456789012/corrected-${accounts}`);
  const leaseId = aLeaseId('a');
  const hold = {
    amountMicroUsd: microUsd(CHARGED),
    rateMicroUsdPerHour: microUsdPerHour(1),
    placedAt: at('12:00'),
  };
  for (const month of [october, november]) {
    const placed = {
      consumer,
      leaseId,
      hold: { ...hold, month },
      defaults: limits,
      wanted: { providers: [], gpuNames: [] },
    };
    await database.accounts.place(placed);
    const { placedAt } = hold;
    await database.accounts.settle({
      ...{ consumer, leaseId, placedAt },
      charges: [{ month, amountMicroUsd: microUsd(CHARGED) }],
    });
  }
  return consumer;
}

const anEntry = (consumer: ConsumerId, place: number, amount: number): LedgerEntry => ({
  leaseId: aLeaseId(String.fromCharCode(98 + (place % 20))),
  consumer,
  seq: 9 + Math.floor(place / 20),
  month: place % 3 === 0 ? october : november,
  at: at('13:00'),
  kind: place % 2 === 0 ? 'true-up' : 'correction',
  amountMicroUsd: signedMicroUsd(amount),
  why: 'a test said so',
});

/** Repeats until the entry is entered; each try is interrupted after the given number of calls. */
async function actor(entry: LedgerEntry, kills: readonly number[], turn: () => Promise<void>) {
  for (const calls of [...kills, Number.POSITIVE_INFINITY]) {
    let left = calls;
    const table = gated(database.tables.ledger, async () => {
      await turn();
      if (left === 0) throw new Killed();
      left -= 1;
    });
    try {
      await enterCorrection(table, entry);
      return;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}

async function audit(consumer: ConsumerId, wanted: readonly LedgerEntry[]) {
  const account = await database.accounts.get(consumer);
  const entered = (await createLedgerStore(database.tables.ledger).entries(consumer)).filter(
    ({ correctionSeq }) => correctionSeq !== undefined,
  );
  const places = entered.map(({ correctionSeq = 0 }) => correctionSeq).toSorted((a, b) => a - b);
  expect(places).toEqual(wanted.map((_, index) => index + 1));
  const sumOf = (month: string) =>
    entered
      .filter((entry) => entry.month === month)
      .reduce((all, { amountMicroUsd }) => all + amountMicroUsd, 0);
  expect(account).toMatchObject({
    correctionSeq: wanted.length,
    chargedMicroUsd: CHARGED + sumOf(november),
    chargedBeforeMicroUsd: CHARGED + sumOf(october),
    roomMicroUsd: limits.monthlyBudgetMicroUsd - CHARGED - sumOf(november),
  });
  const keyed = (entries: readonly LedgerEntry[]) =>
    entries.map(({ leaseId, seq, amountMicroUsd }) => `${leaseId} ${seq} ${amountMicroUsd}`);
  expect(keyed(entered).toSorted()).toEqual(keyed(wanted).toSorted());
}

const tries = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 });
const amounts = fc.integer({ min: -300, max: 300 });
/** Two actors may enter the same entry: a step and the sweep. */
const plans = fc.array(fc.record({ amount: amounts, first: tries, second: fc.option(tries) }), {
  minLength: 1,
  maxLength: 5,
});

describe('corrections of one account', () => {
  it(
    'are each entered once and in order, for all interleavings and interruptions',
    async () => {
      await fc.assert(
        fc.asyncProperty(plans, fc.scheduler(), async (all, scheduler) => {
          const consumer = await anAccount();
          const wanted = all.map(({ amount }, place) => anEntry(consumer, place, amount));
          const turn = () => scheduler.schedule(Promise.resolve());
          const work = all.flatMap(({ first, second }, place) => {
            const entry = wanted[place] ?? anEntry(consumer, place, 0);
            return [first, ...(second === null ? [] : [second])].map((kills) =>
              actor(entry, kills, turn),
            );
          });
          await scheduler.waitFor(Promise.all(work));
          await audit(consumer, wanted);
          for (const entry of wanted) await enterCorrection(database.tables.ledger, entry);
          await audit(consumer, wanted);
        }),
        { numRuns: isLong ? 40 : 10 },
      );
    },
    limitOf('interleaved corrections'),
  );

  // A stale actor stops after some calls, others enter the same entry and more, then it continues.
  it.each([0, 1, 2, 3, 4, 5])(
    'is entered once when one actor pauses after %i calls',
    async (calls) => {
      for (const more of [0, 1, 2]) {
        const consumer = await anAccount();
        const wanted = [0, 1, 2].slice(0, more + 1).map((n) => anEntry(consumer, n, 7 + n));
        const [entry = anEntry(consumer, 0, 7)] = wanted;
        const { promise: goOn, resolve } = Promise.withResolvers<void>();
        const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
        let left = calls;
        const stale = gated(database.tables.ledger, async () => {
          left -= 1;
          if (left !== -1) return;
          stop();
          await goOn;
        });
        const slow = enterCorrection(stale, entry);
        await Promise.race([stopped, slow]);
        for (const each of wanted) await enterCorrection(database.tables.ledger, each);
        resolve();
        await slow;
        await audit(consumer, wanted);
      }
    },
  );

  it('take two reads and three writes without contention', async () => {
    const consumer = await anAccount();
    database.calls.length = 0;
    await enterCorrection(database.tables.ledger, anEntry(consumer, 0, 5));
    expect(database.calls.filter((call) => call !== 'GetItem')).toEqual([
      'PutItem',
      'PutItem',
      'UpdateItem',
    ]);
  });
});
