// Runs the simulator alone: `node local/simulators/vastai/main.ts --port 0 --seed 1`. It prints its
// address on one line and ends when its parent goes, told by the end of standard input.

import { parseArgs } from 'node:util';
import { createVastaiSimulator } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    'api-key': { type: 'string', default: 'simulated-key' },
    'rate-limits': { type: 'boolean', default: false },
  },
});

const simulator = createVastaiSimulator({
  apiKey: values['api-key'],
  seed: Number(values.seed),
  rateLimits: values['rate-limits'],
  now: () => Date.now(),
});

process.stdin.resume();
process.stdin.on('close', () => void simulator.close());
console.log(await simulator.listen(Number(values.port)));
