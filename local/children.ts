// Child processes of the service. The standard input of each child is a pipe from this process. The
// child exits when the pipe closes, so it never outlives this process, even after kill -9.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export type ChildOptions = {
  readonly name: string;
  readonly file: URL;
  readonly args: readonly string[];
  /** Added to this process's environment. Secrets belong here, not on the command line. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called when the child exits before `end()` is called. */
  readonly onLost: (message: string) => void;
};

export type Child = {
  /** The address that the child printed at its start. */
  readonly url: string;
  /** Sends a line to its input. */
  write(line: string): void;
  /** Ends the child: closes its input, waits, and kills it after 5 s. Safe to repeat. */
  end(): Promise<void>;
};

const MAX_END_MS = 5_000;
const PRINTED_URL = /http:\/\/127\.0\.0\.1:\d+/;

async function readUrl(name: string, child: ChildProcess): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      output += chunk;
      const url = PRINTED_URL.exec(output)?.[0];
      if (url !== undefined) resolve(url);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`the ${name} did not start: it exited with ${code ?? signal}`));
    });
  });
}

/** Starts a program of this repository and waits for its address. Rejects when it exits instead. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, file, args, env, onLost } = options;
  const child = spawn(process.execPath, [file.pathname, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    // Ctrl-C must reach only this process: its last calls still need the children.
    detached: true,
  });
  // Writing to a child that exited fails; the exit event reports it.
  child.stdin.on('error', () => undefined);
  const exited = once(child, 'exit');
  const url = await readUrl(name, child);
  let isEnding = false;
  child.once('exit', (code, signal) => {
    if (!isEnding) onLost(`the ${name} exited with ${code ?? signal}`);
  });
  return {
    url,
    write: (line) => void child.stdin.write(`${line}\n`),
    async end() {
      isEnding = true;
      child.stdin.end();
      const timeout = setTimeout(() => child.kill('SIGKILL'), MAX_END_MS);
      await exited;
      clearTimeout(timeout);
    },
  };
}
