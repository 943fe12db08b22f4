// Runs one verification and some reports in a separate process, so that its memory can be measured.
// Prints the results. The only argument is the database's address.

import { LOCAL_ACCESS } from '../local/aws/database.ts';
import { createDayStore } from '../shared/adapters/dynamodb/billing/day-store.ts';
import { connect } from '../shared/adapters/dynamodb/client.ts';
import { createLeaseStore } from '../shared/adapters/dynamodb/lease/lease-store.ts';
import { createPulseStore } from '../shared/adapters/dynamodb/lease/pulse-store.ts';
import { createAccountStore } from '../shared/adapters/dynamodb/ledger/account-store.ts';
import { createLedgerStore } from '../shared/adapters/dynamodb/ledger/ledger-store.ts';
import { openTable } from '../shared/adapters/dynamodb/table.ts';
import { monthOf } from '../shared/core/base/time.ts';
import { startOfMonth, startOfNextMonth } from '../shared/core/billing/days.ts';
import { createReadCosts } from '../shared/usecases/billing/read-costs.ts';
import { verifyAccount } from '../shared/usecases/billing/verify-account.ts';
import { READ_AT, READER } from './books-fleet.ts';

const REPORTS = 40;

const [endpoint = ''] = process.argv.slice(2);
const client = connect({ endpoint, ...LOCAL_ACCESS });
const ledger = openTable(client, 'ledger');
const ports = {
  leases: createLeaseStore(openTable(client, 'leases')),
  accounts: createAccountStore(ledger),
  ledger: createLedgerStore(ledger),
  pulses: createPulseStore(openTable(client, 'leases')),
  days: createDayStore(ledger),
  clock: { now: () => READ_AT },
};

const readCosts = createReadCosts(ports);
const month = monthOf(READ_AT);
const span = { from: startOfMonth(month), to: startOfNextMonth(month) };
const caller = { consumer: READER, operator: false };
const reports: number[] = [];
let charged = 0;
for (let n = 0; n < REPORTS; n += 1) {
  const groupBy = n % 2 === 0 ? 'provider' : 'consumer';
  const from = performance.now();
  const { total } = await readCosts({ caller, consumer: null, groupBy, span, after: null });
  reports.push(performance.now() - from);
  charged = total.chargedMicroUsd;
}
// The first reports warm up the process.
const warm = reports.slice(REPORTS / 4).toSorted((a, b) => a - b);
const reportMs = warm[Math.floor(warm.length * 0.95)];

const from = performance.now();
const { leases, entries, closedDays, doubtful, difference } = await verifyAccount(ports, READER);
const verifyMs = performance.now() - from;
const peakKb = process.resourceUsage().maxRSS;
const verdict = { leases, entries, closedDays, doubtful, difference };
process.stdout.write(JSON.stringify({ ...verdict, charged, reportMs, verifyMs, peakKb }));
