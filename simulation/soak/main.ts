// `npm run soak -- --leases 1000 --seed 1 [--hours 48] [--json]`: random leases, faults and kills
// in virtual time. All invariants are checked after every step. The same seed gives the same run.
// Exits with 1 when an invariant is violated.

import { parseArgs } from 'node:util';
import { soak } from './run.ts';

const { values } = parseArgs({
  options: {
    leases: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    hours: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const leases = Number(values.leases);
const hours = Number(values.hours ?? Math.ceil((leases * 48) / 1_000));
const from = performance.now();
const { wrong, ...report } = await soak({ leases, seed: Number(values.seed), hours });
const wallSeconds = Math.round((performance.now() - from) / 1_000);
const peakMb = Math.round(process.resourceUsage().maxRSS / 1_024);

if (values.json) {
  process.stdout.write(`${JSON.stringify({ ...report, wrong, wallSeconds, peakMb })}\n`);
} else {
  for (const [name, value] of Object.entries({ ...report, wallSeconds, peakMb })) {
    const shown = typeof value === 'object' ? JSON.stringify(value) : value;
    process.stdout.write(`${name.padEnd(22)} ${shown}\n`);
  }
  for (const each of wrong) process.stdout.write(`FAILED  ${each}\n`);
}
process.exitCode = wrong.length === 0 ? 0 : 1;
