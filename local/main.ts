// `npm start`: the whole service on this machine, until SIGINT or SIGTERM. Leases outlive it: all
// state is in the data folder. Ends with 0 when asked to, 1 for trouble, 2 for a flag that it
// can't take.

import { bannerLines } from './banner.ts';
import { type Flags, readFlags, USAGE } from './flags.ts';
import { REGION, SERVICE, type Started, startService } from './start.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function stop(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function flagsOrStop(real: boolean): Flags {
  const read = readFlags(process.argv.slice(2), real);
  switch (read.kind) {
    case 'run':
      return read.flags;
    case 'help':
      say(USAGE);
      return process.exit(0);
    case 'bad':
      return stop(2, read.problem);
  }
}

/** Why a start failed, for a person. */
function reasonOf(error: unknown, { port }: Flags): string {
  if (!(error instanceof Error)) return String(error);
  const taken = 'code' in error && error.code === 'EADDRINUSE';
  return taken ? `port ${port} is taken: choose another one with --port` : error.message;
}

async function start(flags: Flags, real: boolean): Promise<Started> {
  const onLost = (message: string): void => stop(1, `${message}; start again to go on`);
  try {
    return await startService({ ...flags, provider: real ? 'vastai' : 'simulator', onLost });
  } catch (error) {
    return stop(1, `The service did not start: ${reasonOf(error, flags)}`);
  }
}

/** npm killed with -9 tells nobody: its script is then left with another parent. */
function endWithNpm(end: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && end(), 500).unref();
}

const real = process.env['VAST_API_KEY'] !== undefined;
const flags = flagsOrStop(real);
if (real) say('VAST_API_KEY is set: this leases real machines at Vast.ai.');
say('Starting: the menu is being read ...');

let started: Started | null = null;
let ending = false;
const end = (): void => {
  // Ctrl-C comes twice under npm: from the terminal, and passed on.
  if (ending) return;
  ending = true;
  // Half a start is no more than a crash leaves, and the next start copes with that.
  if (started === null) process.exit(0);
  started.close().then(
    () => process.exit(0),
    (error: unknown) => stop(1, String(error)),
  );
};
process.on('SIGINT', end);
process.on('SIGTERM', end);
endWithNpm(end);

started = await start(flags, real);
const { url, credentialsPath, logPath } = started;
const marketUrl = real ? (process.env['VAST_BASE_URL'] ?? 'https://console.vast.ai') : null;
const facts = { url, region: REGION, service: SERVICE, credentialsPath, logPath, marketUrl };
say(`\n${bannerLines({ ...facts, ...flags }).join('\n')}`);
