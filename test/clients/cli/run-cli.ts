// Runs the command line as a process with its own home folder and, but for the path, its own
// environment.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { CREDENTIALS } from '../client/scripted.ts';

const MAIN = fileURLToPath(new URL('../../../clients/cli/main.ts', import.meta.url));

export type Ran = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type RunOptions = {
  readonly endpoint: string;
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Interrupts the process, as Ctrl-C does, once standard error contains this text. */
  readonly interruptAt?: string;
};

/** An empty home folder, removed after the test. */
export function aHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'gpu-shopper-home-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  return home;
}

/** The keys of the scripted server, as environment variables. */
export const KEYS = {
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_SESSION_TOKEN: CREDENTIALS.sessionToken ?? '',
  AWS_REGION: 'eu-central-1',
};

export async function runCli(args: readonly string[], options: RunOptions): Promise<Ran> {
  const { endpoint, home, env = KEYS, interruptAt } = options;
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: home,
    env: { PATH, NODE_COMPILE_CACHE, HOME: home, GPU_SHOPPER_ENDPOINT: endpoint, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let seen = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const before = seen;
    seen += chunk.toString('utf8');
    if (interruptAt === undefined || before.includes(interruptAt)) return;
    if (seen.includes(interruptAt)) child.kill('SIGINT');
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: typeof code === 'number' ? code : null, stdout, stderr };
}
