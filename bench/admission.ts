// How fast leases are admitted, by the real use case on the embedded database: on one account that
// is all but full, and over a hundred; what its item costs to write, and the calls of a settlement.

import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { leaseIdFor, requestHash } from '../shared/adapters/derive-ids.ts';
import { createFreezeStore } from '../shared/adapters/dynamodb/operations/freeze-store.ts';
import { accountKey } from '../shared/adapters/dynamodb/schema.ts';
import { brandId, ConsumerId } from '../shared/core/base/ids.ts';
import { microUsd, microUsdPerHour } from '../shared/core/base/money.ts';
import { policy } from '../shared/core/base/policy/policy.ts';
import { minutes } from '../shared/core/base/time.ts';
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
/** So many at once, until the account is full; then they are settled, which isn't timed. */
const WAVE = 8;
const WAVES = 25;
const ACCOUNTS = 100;

const consumerOf = (name: string): ConsumerId => brandId(ConsumerId, `123456789012/${name}`);

const limits = someLimits({
  monthlyBudgetMicroUsd: microUsd(1_000_000_000_000),
  maxRateMicroUsdPerHour: microUsdPerHour(1_000_000_000),
  maxOpenLeases: FULL,
});

function requester(database: TestDatabase) {
  const run = createRequestLease({
    leases: database.leases,
    freezes: createFreezeStore(database.tables.leases),
    accounts: database.accounts,
    workflow: {
      start: async () => 'started',
      running: async () => new Set(),
      wake: async () => 'over',
      heartbeat: async () => 'over',
    },
    clock: { now: () => at('12:00') },
    ...{ limits, attemptLimit: minutes(25), leaseIdFor, hashOf: requestHash },
  });
  let number = 0;
  return async (consumer: ConsumerId) => {
    number += 1;
    const idempotencyKey = `request-${number}`;
    const asked = { consumer, idempotencyKey, body: { number }, terms: someTerms(), env: {} };
    const outcome = await run(asked);
    if (outcome.kind !== 'accepted') throw new Error(`refused by ${outcome.refusal.limit}`);
    return { consumer, leaseId: outcome.lease.id };
  };
}
type Ask = ReturnType<typeof requester>;
type Admitted = Awaited<ReturnType<Ask>>;

/** A hold as an active lease has it, which is the longest that it usually gets. */
const serving = repriceHold(
  anActiveLease(aBootingLease(aLaunchingLease(aRequestedLease()))),
  at('12:04'),
).hold;

async function together(work: readonly (() => Promise<Admitted>)[]) {
  const from = performance.now();
  const admitted = await Promise.all(work.map((each) => each()));
  return { admitted, milliseconds: performance.now() - from };
}

/** Admissions a second on one account, with 192 to 200 leases open. */
async function onOneAccount(database: TestDatabase, ask: Ask): Promise<number> {
  const consumer = consumerOf('crowded');
  for (let open = 0; open < FULL - WAVE; open += 1) {
    const admitted = await ask(consumer);
    await database.accounts.reprice({ ...admitted, to: serving });
  }
  let milliseconds = 0;
  for (let wave = 1; wave <= WAVES; wave += 1) {
    const timed = await together(Array.from({ length: WAVE }, () => () => ask(consumer)));
    milliseconds += timed.milliseconds;
    if (wave === WAVES) break;
    for (const admitted of timed.admitted) {
      await database.accounts.settle({ ...admitted, charged: microUsd(1_000) });
    }
  }
  return Math.round((WAVE * WAVES * 1_000) / milliseconds);
}

/** Admissions a second, each on the next of a hundred accounts that exist. */
async function overAccounts(ask: Ask): Promise<number> {
  const consumers = Array.from({ length: ACCOUNTS }, (_, number) => consumerOf(`team-${number}`));
  for (const consumer of consumers) await ask(consumer);
  let milliseconds = 0;
  for (let from = 0; from < ACCOUNTS; from += WAVE) {
    const wave = consumers.slice(from, from + WAVE).map((consumer) => () => ask(consumer));
    milliseconds += (await together(wave)).milliseconds;
  }
  return Math.round((ACCOUNTS * 1_000) / milliseconds);
}

/** The engine's own count for a write of the full account, which is what an admission writes. */
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

async function settlementCalls(database: TestDatabase, ask: Ask): Promise<number> {
  const admitted = await ask(consumerOf('settled'));
  database.calls.length = 0;
  await database.accounts.settle({ ...admitted, charged: microUsd(1_000) });
  return database.calls.length;
}

export async function admissionRows(): Promise<readonly Row[]> {
  const database = await openTestDatabase();
  try {
    const ask = requester(database);
    const one = await onOneAccount(database, ask);
    const units = await writeUnits(database);
    const many = await overAccounts(ask);
    const calls = await settlementCalls(database, ask);
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
