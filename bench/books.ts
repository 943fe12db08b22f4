// Measures the verification of the ledger of 10,000 leases and the report of a month: the real
// stores on the embedded database, which runs in this process, and a reader in its own process.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { openDatabase } from '../local/aws/database.ts';
import { freshAccount } from '../shared/adapters/dynamodb/ledger/account-item.ts';
import {
  accountKey,
  accountPlaceKey,
  dayKey,
  entryKey,
  leaseKey,
} from '../shared/adapters/dynamodb/schema.ts';
import { microUsd } from '../shared/core/base/money.ts';
import { monthOf } from '../shared/core/base/time.ts';
import { someLimits } from '../test/support/builders/ledger.ts';
import { closedDays, LEASES, READ_AT, READER, settledLease } from './books-fleet.ts';
import { openFilling, write } from './fill.ts';
import { atMost, type Row } from './row.ts';

const READER_PROCESS = new URL('./books-process.ts', import.meta.url);

const Read = z.object({
  leases: z.literal(LEASES),
  doubtful: z.literal(0),
  difference: z.null(),
  closedDays: z.int().check(z.gte(20)),
  charged: z.int().check(z.gte(1)),
  reportMs: z.number(),
  verifyMs: z.number(),
  peakKb: z.number(),
});

/** The account's items after the settlement of its leases. */
function accountItems(charged: number): readonly object[] {
  const limits = someLimits({ monthlyBudgetMicroUsd: microUsd(charged) });
  const fresh = freshAccount(READER, { limits, month: monthOf(READ_AT) });
  return [
    { ...fresh, roomMicroUsd: 0, chargedMicroUsd: charged, ...accountKey(READER) },
    { consumer: READER, ...accountPlaceKey(READER) },
  ];
}

async function fill(endpoint: string): Promise<void> {
  const client = openFilling(endpoint);
  const settled = Array.from({ length: LEASES }, (_, number) => settledLease(number));
  const entries = settled.flatMap((each) => each.entries);
  const charged = settled.reduce((all, { lease }) => all + lease.chargedMicroUsd, 0);
  const leases = settled.map(({ lease }) => ({ ...lease, ...leaseKey(lease.id) }));
  await write(client, { table: 'leases', items: leases });
  await write(client, {
    table: 'ledger',
    items: [
      ...accountItems(charged),
      ...entries.map((entry) => ({ ...entry, ...entryKey(READER, entry) })),
      ...closedDays(entries).map((report) => ({ ...report, ...dayKey(READER, report.day) })),
    ],
  });
  client.destroy();
}

export async function bookRows(): Promise<readonly Row[]> {
  const database = await openDatabase();
  await fill(database.endpoint);
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [READER_PROCESS.pathname, database.endpoint]);
  await database.close();
  const { reportMs, verifyMs, peakKb } = Read.parse(JSON.parse(stdout));
  const verify = Math.round(verifyMs / 100) / 10;
  return [
    atMost(10, { name: 'ledger-verify-10000', value: verify, unit: 's' }),
    atMost(256, { name: 'ledger-verify-peak', value: Math.round(peakKb / 1_024), unit: 'MB' }),
    atMost(200, { name: 'month-report-p95', value: Math.round(reportMs), unit: 'ms' }),
  ];
}
