// `npm start`: the whole service on this computer, until SIGINT or SIGTERM. Leases survive a stop:
// all state is in the data folder. Exits with 0 after a stop, 1 for an error, 2 for an invalid
// flag.

import { type ProviderRow, rowOf } from '../shared/core/base/providers.ts';
import { bannerLines, type RealMarket } from './banner.ts';
import { type Flags, readFlags, USAGE } from './flags.ts';
import { realProviders } from './markets.ts';
import { REGION, SERVICE, type Started, startService } from './start.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

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
      print(USAGE);
      return process.exit(0);
    case 'invalid':
      return stop(2, read.problem);
  }
}

/** The reason of a failed start, for the terminal. */
function reasonOf(error: unknown, { port }: Flags): string {
  if (!(error instanceof Error)) return String(error);
  const isPortInUse = 'code' in error && error.code === 'EADDRINUSE';
  return isPortInUse ? `port ${port} is in use: choose another port with --port` : error.message;
}

async function start(flags: Flags, real: boolean): Promise<Started> {
  const onLost = (message: string): void => stop(1, `${message}; run npm start again to continue`);
  try {
    const market = real ? 'real' : 'simulated';
    return await startService({ ...flags, market, onLost, onPace: print });
  } catch (error) {
    return stop(1, `The service did not start: ${reasonOf(error, flags)}`);
  }
}

const marketOf = ({ title, keys, baseUrl }: ProviderRow): RealMarket => ({
  title,
  url: process.env[baseUrl.variable] ?? baseUrl.default,
  variables: Object.values(keys),
});

/** When npm is killed with -9, its script gets no signal; its parent process changes. */
function endWithNpm(end: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && end(), 500).unref();
}

const markets = realProviders(process.env).map(rowOf).map(marketOf);
const real = markets.length > 0;
const flags = flagsOrStop(real);
for (const { title, variables } of markets) {
  print(`${variables.join(' and ')} is set: leases run on real instances of ${title}.`);
}
print('Starting ...');

let started: Started | null = null;
let ending = false;
const end = (): void => {
  // Under npm, Ctrl-C arrives twice: from the terminal and from npm.
  if (ending) return;
  ending = true;
  // An interrupted start leaves what a crash leaves; the next start handles that.
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
const facts = { url, region: REGION, service: SERVICE, credentialsPath, logPath, markets };
print(`\n${bannerLines({ ...facts, ...flags }).join('\n')}`);
