// `npm run bench`: measures rates, sizes, calls and transitions, and compares them with limits.
// Exits with 1 when a limit is broken. `--json` prints only JSON; `--only <prefix>` runs a part.

import { parseArgs } from 'node:util';
import { admissionRows } from './admission.ts';
import { agentRows } from './agent.ts';
import { bookRows } from './books.ts';
import { bundleRows, coldStartRows } from './bundle.ts';
import { fleetOfLeasesRows } from './fleet.ts';
import { fleetRows, heartbeatRows } from './http-heartbeats.ts';
import { offersRows } from './http-offers.ts';
import { leaseRows } from './lease.ts';
import type { Measure, Row } from './row.ts';
import { socketRows } from './sockets.ts';
import { sweepRows } from './sweep.ts';

/** Each part with the names of its rows, so that `--only` runs only the parts it needs. */
const PARTS: readonly { readonly names: readonly string[]; readonly measure: Measure }[] = [
  { names: ['admission-calls', 'heartbeat-calls', 'transitions-per-lease'], measure: leaseRows },
  {
    names: [
      'admissions-one-account',
      'admission-write-units',
      'admissions-100-accounts',
      'settlement-calls',
    ],
    measure: admissionRows,
  },
  { names: ['sweep-5000', 'sweep-peak'], measure: sweepRows },
  {
    names: ['ledger-verify-10000', 'ledger-verify-peak', 'month-report-p95'],
    measure: bookRows,
  },
  { names: ['node-agent-bytes'], measure: agentRows },
  { names: ['http-offers'], measure: offersRows },
  { names: ['http-heartbeat'], measure: heartbeatRows },
  {
    names: ['heartbeats-1000', 'heartbeats-1000-p95', 'heartbeats-1000-lost'],
    measure: fleetRows,
  },
  { names: ['sockets-1000-beats', 'sockets-1000-warm'], measure: socketRows },
  {
    names: ['launch-24-at-once', 'teardown-20-at-once', 'calls-per-launch', 'calls-per-teardown'],
    measure: fleetOfLeasesRows,
  },
  { names: ['bundle-api', 'bundle-heartbeat'], measure: bundleRows },
  { names: ['import-api', 'import-heartbeat'], measure: coldStartRows },
];

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});

const isSelected = (name: string): boolean => name.startsWith(values.only);
const rows: Row[] = [];
for (const { names, measure } of PARTS) {
  if (names.some(isSelected)) {
    rows.push(...(await measure()).filter(({ name }) => isSelected(name)));
  }
}

if (values.json) {
  const shown = rows.map(({ side: _, ...row }) => row);
  process.stdout.write(`${JSON.stringify({ rows: shown })}\n`);
} else {
  for (const { name, value, unit, limit, side, holds } of rows) {
    const mark = holds ? 'ok' : 'BROKEN';
    const measured = `${String(value).padStart(8)} ${unit.padEnd(12)}`;
    process.stdout.write(`${name.padEnd(24)} ${measured} ${side.padEnd(5)} ${limit}  ${mark}\n`);
  }
}
process.exitCode = rows.length > 0 && rows.every(({ holds }) => holds) ? 0 : 1;
