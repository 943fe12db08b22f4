// Measures the admission of leases with the real use case on the embedded database: the rate on one
// nearly full account and over a hundred accounts, the write units, and the calls of a settlement.

import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { leaseIdFor, requestHash } from '../shared/adapters/derive-ids.ts';
import { createFreezeStore } from '../shared/adapters/dynamodb/operations/freeze-store.ts';
import { accountKey } from '../shared/adapters/dynamodb/schema.ts';
import { brandId, ConsumerId } from '../shared/core/base/ids.ts';
import { microUsd, microUsdPerHour } from '../shared/core/base/money.ts';
import { policy } from '../shared/core/base/policy/policy.ts';
import { minutes, monthOf } from '../shared/core/base/time.ts';
import { reservedEnv } from '../shared/core/instance/card.ts';
import { repriceHold } from '../shared/core/lease/hold.ts';
import { createRequestLease } from '../shared/usecases/lease/request-lease.ts';
import { at } from '../test/support/builders/base.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  aRequestedLease,
  someTerms,
} from '../test/support/builders/lease.ts';
import { someLimits } from '../test/support/builders/ledger.ts';
import { openTestDatabase, type TestDatabase } from '../test/support/worlds/database.ts';
import { openFilling } from './fill.ts';
import { atLeast, atMost, type Row } from './row.ts';

const FULL = policy.account.maxOpenLeases;
/** Concurrent admissions, until the account is full. Settling them is not timed. */
const WAVE = 8;
const WAVES = 25;
const ACCOUNTS = 100;

const consumerOf = (name: string): ConsumerId => brandId(ConsumerId, `123456789012/${name}`);

const limits = someLimits({
  monthlyBudgetMicroUsd: microUsd(1_000_000_000_000),
  maxRateMicroUsdPerHour: microUsdPerHour(1_000_000_000),
  maxOpenLeases: FULL,
});

function createRequester(database: TestDatabase) {
  const run = createRequestLease({
    leases: database.leases,
    freezes: createFreezeStore(database.tables.leases),
    accounts: database.accounts,
    workflow: {
      start: async () => 'started',
      running: async () => new Set(),
      wake: async () => 'over',
      answer: async () => 'over',
      heartbeat: async () => 'over',
    },
    clock: { now: () => at('12:00') },
    ...{ limits, attemptLimit: minutes(25), reservedEnv: reservedEnv([]) },
    ...{ phoneHome: true, leaseIdFor, hashOf: requestHash },
  });
  let number = 0;
  return async (consumer: ConsumerId) => {
    number += 1;
    const idempotencyKey = `request-${number}`;
    const request = { consumer, idempotencyKey, body: { number }, terms: someTerms(), env: {} };
    const outcome = await run(request);
    if (outcome.kind !== 'accepted')
      throw new Error(`the limit ${outcome.refusal.limit} refuses a request`);
    const { id: leaseId, hold } = outcome.lease;
    return { consumer, leaseId, placedAt: hold.placedAt };
  };
}
/** A charge in the month of the hold. */
const chargedNow = [{ month: monthOf(at('12:00')), amountMicroUsd: microUsd(1_000) }];
type RequestOne = ReturnType<typeof createRequester>;
type Admitted = Awaited<ReturnType<RequestOne>>;

/** The hold of an active lease: usually the longest text of a hold in the account's item. */
const serving = repriceHold(
  anActiveLease(aBootingLease(aLaunchingLease(aRequestedLease()))),
  at('12:04'),
).hold;

async function admitAll(work: readonly (() => Promise<Admitted>)[]) {
  const from = performance.now();
  const admitted = await Promise.all(work.map((each) => each()));
  return { admitted, milliseconds: performance.now() - from };
}

/** Admissions per second on one account with 192 to 200 open leases. */
async function onOneAccount(database: TestDatabase, requestOne: RequestOne): Promise<number> {
  const consumer = consumerOf('crowded');
  for (let open = 0; open < FULL - WAVE; open += 1) {
    const admitted = await requestOne(consumer);
    await database.accounts.reprice({ ...admitted, to: serving });
  }
  let milliseconds = 0;
  for (let wave = 1; wave <= WAVES; wave += 1) {
    const timed = await admitAll(Array.from({ length: WAVE }, () => () => requestOne(consumer)));
    milliseconds += timed.milliseconds;
    if (wave === WAVES) break;
    for (const admitted of timed.admitted) {
      await database.accounts.settle({ ...admitted, charges: chargedNow });
    }
  }
  return Math.round((WAVE * WAVES * 1_000) / milliseconds);
}

/** Admissions per second over a hundred existing accounts. */
async function overAccounts(requestOne: RequestOne): Promise<number> {
  const consumers = Array.from({ length: ACCOUNTS }, (_, number) => consumerOf(`team-${number}`));
  for (const consumer of consumers) await requestOne(consumer);
  let milliseconds = 0;
  for (let from = 0; from < ACCOUNTS; from += WAVE) {
    const wave = consumers.slice(from, from + WAVE).map((consumer) => () => requestOne(consumer));
    milliseconds += (await admitAll(wave)).milliseconds;
  }
  return Math.round((ACCOUNTS * 1_000) / milliseconds);
}

/** The database's write units for the item of the full account, which each admission writes. */
async function writeUnits({ endpoint }: TestDatabase): Promise<number> {
  const client = openFilling(endpoint);
  const update = new UpdateCommand({
    TableName: 'ledger',
    Key: accountKey(consumerOf('crowded')),
    UpdateExpression: 'SET leaseRoom = leaseRoom',
    ReturnConsumedCapacity: 'TOTAL',
  });
  const { ConsumedCapacity } = await client.send(update);
  client.destroy();
  return ConsumedCapacity?.CapacityUnits ?? Number.NaN;
}

async function settlementCalls(database: TestDatabase, requestOne: RequestOne): Promise<number> {
  const admitted = await requestOne(consumerOf('settled'));
  database.calls.length = 0;
  await database.accounts.settle({ ...admitted, charges: chargedNow });
  return database.calls.length;
}

export async function admissionRows(): Promise<readonly Row[]> {
  const database = await openTestDatabase();
  try {
    const requestOne = createRequester(database);
    const one = await onOneAccount(database, requestOne);
    const units = await writeUnits(database);
    const many = await overAccounts(requestOne);
    const calls = await settlementCalls(database, requestOne);
    return [
      atLeast(100, { name: 'admissions-one-account', value: one, unit: 'admissions/s' }),
      atMost(12, { name: 'admission-write-units', value: units, unit: 'units' }),
      atLeast(100, { name: 'admissions-100-accounts', value: many, unit: 'admissions/s' }),
      atMost(2, { name: 'settlement-calls', value: calls, unit: 'calls' }),
    ];
  } finally {
    await database.close();
  }
}
