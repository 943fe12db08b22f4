// Runs one simulator as a process of its own, until SIGINT or SIGTERM. With `--follow-parent` it
// prints its address and nothing else, and ends when its standard input ends, as it does when the
// parent ends.

import { bannerLines } from './banner.ts';
import { createClock, readClock } from './clock.ts';
import { type Known, readFlags, usageOf } from './flags.ts';
import type { Keys } from './keys.ts';
import type { CreateSimulator } from './simulator.ts';

export type Alone = Known & {
  /** The provider's name for people. */
  readonly title: string;
  readonly create: CreateSimulator;
  /** How to point a client at it, a line each. */
  readonly clientLines: (url: string, keys: Keys) => readonly string[];
};

function stop(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`);

function flagsOrStop(alone: Alone) {
  try {
    return readFlags(alone, process.argv.slice(2), process.env);
  } catch (error) {
    return stop(2, `${wordsOf(error)}\n\n${usageOf(alone)}`);
  }
}

/** Runs it by the flags of the command line. */
export async function runAlone(alone: Alone): Promise<void> {
  const flags = flagsOrStop(alone);
  if (flags === null) return void process.stdout.write(`${usageOf(alone)}\n`);
  const { port, clockPath, followsParent, options } = flags;
  const start = async () => {
    const clock = clockPath === undefined ? createClock() : readClock(clockPath);
    const simulator = alone.create({ ...options, ...clock });
    return { simulator, url: await simulator.listen(port) };
  };
  const { simulator, url } = await start().catch((error: unknown) =>
    stop(1, `The simulator did not start: ${wordsOf(error)}`),
  );
  const end = (): void => void simulator.close().then(() => process.exit(0));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  if (followsParent) process.stdin.resume().once('close', end);
  const lines = followsParent ? [url] : bannerLines(alone, url, options.keys);
  process.stdout.write(`${lines.join('\n')}\n`);
}
