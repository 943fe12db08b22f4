// `npm start`: the whole service on this machine, until SIGINT or SIGTERM. Leases outlive it: all
// state is in the data folder. Ends with 0 when asked to, 1 for trouble, 2 for a flag that it
// can't take.

import { type ProviderRow, rowOf } from '../shared/core/base/providers.ts';
import { bannerLines, type RealMarket } from './banner.ts';
import { type Flags, readFlags, USAGE } from './flags.ts';
import { realProviders } from './markets.ts';
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
    return await startService({ ...flags, market: real ? 'real' : 'simulated', onLost });
  } catch (error) {
    return stop(1, `The service did not start: ${reasonOf(error, flags)}`);
  }
}

const marketOf = ({ title, keys, baseUrl }: ProviderRow): RealMarket => ({
  title,
  url: process.env[baseUrl.variable] ?? baseUrl.default,
  variables: Object.values(keys),
});

/** npm killed with -9 tells nobody: its script is then left with another parent. */
function endWithNpm(end: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && end(), 500).unref();
}

const markets = realProviders(process.env).map(rowOf).map(marketOf);
const real = markets.length > 0;
const flags = flagsOrStop(real);
for (const { title, variables } of markets) {
  say(`${variables.join(' and ')} is set: this leases real instances at ${title}.`);
}
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
const facts = { url, region: REGION, service: SERVICE, credentialsPath, logPath, markets };
say(`\n${bannerLines({ ...facts, ...flags }).join('\n')}`);
