// `npm run soak -- --leases 1000 --seed 1 [--hours 48] [--json]`: random leases, faults and kills
// in virtual time, with everything that must hold looked at after every step. The same seed plays
// the same run. Exits non-zero when something is wrong.

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
  for (const each of wrong) process.stdout.write(`WRONG  ${each}\n`);
}
process.exitCode = wrong.length === 0 ? 0 : 1;
