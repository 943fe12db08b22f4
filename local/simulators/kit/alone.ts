// Runs one simulator in its own process, until SIGINT or SIGTERM. With `--follow-parent` it prints
// only its address, follows the parent's clock by the lines of its standard input, and exits when
// that closes, that is, when its parent exits.

import { createInterface } from 'node:readline';
import { bannerLines } from './banner.ts';
import { createClock, readClock } from './clock.ts';
import { type Identity, readFlags, usageOf } from './flags.ts';
import type { Keys } from './keys.ts';
import type { CreateSimulator } from './simulator.ts';

export type Program = Identity & {
  /** The provider's display name. */
  readonly title: string;
  readonly create: CreateSimulator;
  /** Lines that show how to configure a client for it. */
  readonly clientLines: (url: string, keys: Keys) => readonly string[];
};

function stop(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`);

function flagsOrStop(program: Program) {
  try {
    return readFlags(program, process.argv.slice(2), process.env);
  } catch (error) {
    return stop(2, `${messageOf(error)}\n\n${usageOf(program)}`);
  }
}

/** Runs the simulator with the flags of the command line. */
export async function runAlone(program: Program): Promise<void> {
  const flags = flagsOrStop(program);
  if (flags === null) return void process.stdout.write(`${usageOf(program)}\n`);
  const { port, clockPath, followsParent, options } = flags;
  const start = async () => {
    const clock = clockPath === undefined ? createClock() : readClock(clockPath);
    const simulator = program.create({ ...options, now: clock.now, after: clock.after });
    return { clock, simulator, url: await simulator.listen(port) };
  };
  const { clock, simulator, url } = await start().catch((error: unknown) =>
    stop(1, `The simulator did not start: ${messageOf(error)}`),
  );
  const end = (): void => void simulator.close().then(() => process.exit(0));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  if (followsParent) {
    createInterface({ input: process.stdin }).on('line', clock.follow);
    process.stdin.once('close', end);
  }
  const lines = followsParent ? [url] : bannerLines(program, url, options.keys);
  process.stdout.write(`${lines.join('\n')}\n`);
}
