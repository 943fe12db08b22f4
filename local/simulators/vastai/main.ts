// Runs the simulator alone, until SIGINT or SIGTERM. With `--follow-parent` it prints its address
// and nothing else, and ends when its parent does, told by the end of standard input. The key of
// the environment goes before the flag's: a command line is for everyone to read.

import { parseArgs } from 'node:util';
import { createClock, readClock } from '../kit/clock.ts';
import { bannerLines } from './banner.ts';
import { createVastaiSimulator } from './simulator.ts';

const usage = `npm run simulate:vastai -- [flags]
  --port N            where to listen on 127.0.0.1; 0 lets the system choose (0)
  --api-key KEY       what opens it; SIM_API_KEY in the environment is better (simulated-key)
  --state FILE        where the state is kept; without it nothing outlives the process
  --clock FILE        {"realStart", "simStart", "scale"}: time that runs faster; real time without
  --seed N            which market a new state starts with (1)
  --credit USD        what a new state has paid in (1000)
  --others SHARE      how much of the market other people rent, 0 to 1 (0)
  --no-rate-limits    never answer that calls come too fast
  --refusal-restarts  each call refused as too fast makes the wait begin anew
  --follow-parent     end when standard input does`;

function stop(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function readFlags() {
  try {
    return parseArgs({
      allowNegative: true,
      options: {
        port: { type: 'string', default: '0' },
        'api-key': { type: 'string', default: 'simulated-key' },
        state: { type: 'string' },
        clock: { type: 'string' },
        seed: { type: 'string', default: '1' },
        credit: { type: 'string', default: '1000' },
        others: { type: 'string', default: '0' },
        'rate-limits': { type: 'boolean', default: true },
        'refusal-restarts': { type: 'boolean', default: false },
        'follow-parent': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return stop(2, `${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

const flags = readFlags();
if (flags.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}

function numberIn(flag: 'port' | 'seed' | 'credit' | 'others', most: number): number {
  const value = flags[flag].trim() === '' ? Number.NaN : Number(flags[flag]);
  if (value >= 0 && value <= most) return value;
  return stop(2, `--${flag} must be a number from 0 to ${most}, not "${flags[flag]}"`);
}

const apiKey = process.env.SIM_API_KEY ?? flags['api-key'];
const port = numberIn('port', 65_535);
const options = {
  apiKey,
  seed: numberIn('seed', 2 ** 32),
  credit: numberIn('credit', 1e9),
  othersShare: numberIn('others', 1),
  rateLimits: flags['rate-limits'],
  refusalRestarts: flags['refusal-restarts'],
  ...(flags.state !== undefined && { statePath: flags.state }),
};

async function start() {
  const clock = flags.clock === undefined ? createClock() : readClock(flags.clock);
  const simulator = createVastaiSimulator({ ...options, ...clock });
  return { simulator, address: await simulator.listen(port) };
}

const { simulator, address } = await start().catch((error: unknown) =>
  stop(1, `The simulator did not start: ${error instanceof Error ? error.message : error}`),
);
const end = (): void => void simulator.close().then(() => process.exit(0));
process.once('SIGINT', end);
process.once('SIGTERM', end);
if (flags['follow-parent']) process.stdin.resume().once('close', end);
const lines = flags['follow-parent'] ? [address] : bannerLines(address, apiKey);
process.stdout.write(`${lines.join('\n')}\n`);
