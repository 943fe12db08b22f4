// Child processes of the service. Each holds the other end of a pipe from us as its standard input
// and ends when that breaks, so that none outlives us, however we die.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export type ChildOptions = {
  readonly name: string;
  readonly file: URL;
  readonly args: readonly string[];
  /** Added to our own environment; secrets go here, not on the command line. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told when the child ends without being asked to. */
  readonly onLost: (message: string) => void;
};

export type Child = {
  /** What it serves, as its first words told. */
  readonly url: string;
  /** Asks it to end and waits; one that won't is killed. Safe to repeat. */
  end(): Promise<void>;
};

const MAX_END_MS = 5_000;
const URL_TOLD = /http:\/\/127\.0\.0\.1:\d+/;

async function urlOf(name: string, child: ChildProcess): Promise<string> {
  let told = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      told += chunk;
      const url = URL_TOLD.exec(told)?.[0];
      if (url !== undefined) resolve(url);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`the ${name} did not start: it ended with ${code ?? signal}`));
    });
  });
}

/** Starts a program of ours and waits for the address it prints. Rejects when it ends instead. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, file, args, env, onLost } = options;
  const child = spawn(process.execPath, [file.pathname, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    // Ctrl-C is for us alone: children must outlive our last calls.
    detached: true,
  });
  // One that is gone already can't be told anything; its exit says so.
  child.stdin.on('error', () => undefined);
  const exited = once(child, 'exit');
  const url = await urlOf(name, child);
  let asked = false;
  child.once('exit', (code, signal) => {
    if (!asked) onLost(`the ${name} has ended with ${code ?? signal}`);
  });
  return {
    url,
    async end() {
      asked = true;
      child.stdin.end();
      const tooLong = setTimeout(() => child.kill('SIGKILL'), MAX_END_MS);
      await exited;
      clearTimeout(tooLong);
    },
  };
}
