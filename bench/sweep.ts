// Measures time and memory of a sweep of 5,000 instances and 5,000 leases: the real stores on the
// embedded database, which runs in this process, and the sweep in its own process.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { openDatabase } from '../local/aws/database.ts';
import { freshAccount } from '../shared/adapters/dynamodb/ledger/account-item.ts';
import { holdText } from '../shared/adapters/dynamodb/ledger/hold-text.ts';
import { accountKey, accountPlaceKey } from '../shared/adapters/dynamodb/schema.ts';
import { brandId, ConsumerId } from '../shared/core/base/ids.ts';
import { monthOf } from '../shared/core/base/time.ts';
import type { Lease } from '../shared/core/lease/lease.ts';
import { someLimits } from '../test/support/builders/ledger.ts';
import { leaseItem, openFilling, write } from './fill.ts';
import { atMost, type Row } from './row.ts';
import { FLEET, fleetLease, ON_ONE_ACCOUNT, SWEPT_AT } from './sweep-fleet.ts';

const SWEEP = new URL('./sweep-process.ts', import.meta.url);
const Swept = z.object({
  open: z.literal(FLEET),
  listed: z.literal(FLEET),
  counts: z.strictObject({}),
  milliseconds: z.number(),
  peakKb: z.number(),
});

/** The items of an account with the holds of these leases. */
function accountItems(number: number, leases: readonly Lease[]): readonly object[] {
  const consumer = brandId(ConsumerId, `123456789012/bench-${number}`);
  const limits = someLimits({ maxOpenLeases: ON_ONE_ACCOUNT });
  const fresh = freshAccount(consumer, { limits, month: monthOf(SWEPT_AT) });
  const holds = Object.fromEntries(leases.map(({ id, hold }) => [id, holdText(hold)]));
  const account = { ...fresh, holds };
  return [
    { ...account, ...accountKey(consumer) },
    { consumer, ...accountPlaceKey(consumer) },
  ];
}

async function fill(client: DynamoDBDocumentClient): Promise<void> {
  const leases = Array.from({ length: FLEET }, (_, number) => fleetLease(number));
  await write(client, { table: 'leases', items: leases.map(leaseItem) });
  for (let from = 0; from < FLEET; from += ON_ONE_ACCOUNT) {
    const items = accountItems(from, leases.slice(from, from + ON_ONE_ACCOUNT));
    await write(client, { table: 'ledger', items });
  }
}

/** The provider responds immediately, so that its own time is not measured. */
export async function sweepRows(): Promise<readonly Row[]> {
  const database = await openDatabase();
  const client = openFilling(database.endpoint);
  await fill(client);
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [SWEEP.pathname, database.endpoint]);
  client.destroy();
  await database.close();
  const { milliseconds, peakKb } = Swept.parse(JSON.parse(stdout));
  return [
    atMost(10, { name: 'sweep-5000', value: Math.round(milliseconds / 100) / 10, unit: 's' }),
    atMost(512, { name: 'sweep-peak', value: Math.round(peakKb / 1_024), unit: 'MB' }),
  ];
}
