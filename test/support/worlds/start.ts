// `npm start` as a separate process, and its API over HTTP, as users run and call them.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { matchRoute } from '../../../local/aws/gateway.ts';
import { ProviderName, rowOf } from '../../../shared/core/base/providers.ts';
import { type Keys, signedFetch } from '../signing.ts';
import { checkReply } from '../strict-replies.ts';

export const MAIN = new URL('../../../local/main.ts', import.meta.url).pathname;
export const SSH_KEY = `ssh-ed25519 ${'A'.repeat(68)} test@laptop`;

export type StartedProcess = Awaited<ReturnType<typeof startProcess>>;

/** A provider key in the caller's environment must not lease real instances. */
const providerVariables = ProviderName.options
  .map(rowOf)
  .flatMap(({ keys, baseUrl }) => [...Object.values(keys), baseUrl.variable]);
const plainEnv = () => ({
  ...process.env,
  ...Object.fromEntries(providerVariables.map((name) => [name, undefined])),
});

/** Runs `npm start` with these flags and collects its output. */
export function runMain(args: readonly string[], env: Record<string, string | undefined> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...plainEnv(), ...env },
  });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output.text += chunk;
    });
  }
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  return { child, output, exited };
}

/** Polls `look` until it returns a value. Throws after `limitMs`. */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value | null>,
  limitMs = 15_000,
): Promise<Value> {
  const giveUpAt = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > giveUpAt) throw new Error(`timed out after ${limitMs} ms: ${what}`);
    await pause(25);
  }
}

/** The number of child processes: the database, and a simulator for each provider. */
export const CHILDREN = 1 + ProviderName.options.length;

/** The running child processes of a process. */
export function childrenOf(pid: number | undefined): readonly number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([child = 0, parent]) => (parent === pid ? [child] : []));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export const allGone = (pids: readonly number[]): Promise<boolean> =>
  eventually('children exit', async () => (pids.some(isRunning) ? null : true));

async function keysOf(folder: string, profile: string): Promise<Keys> {
  const text = await readFile(join(folder, 'credentials'), 'utf8');
  const part = text.split(`[${profile}]`)[1] ?? '';
  const value = (name: string) => new RegExp(`${name} = (\\S+)`).exec(part)?.[1] ?? '';
  return {
    accessKeyId: value('aws_access_key_id'),
    secretAccessKey: value('aws_secret_access_key'),
  };
}

export type Lease = {
  readonly id: string;
  readonly state: string;
  readonly endsAt: string | null;
  readonly endedAt: string | null;
  readonly endReason: string | null;
  readonly chargedMicroUsd: number | null;
  readonly ssh: readonly { readonly host: string; readonly port: number }[];
  readonly sshHostKey: string | null;
  readonly absenceProof: { readonly secondListingAt: string | null } | null;
};

/** Starts the service on `folder` and waits for its banner. */
export async function startProcess(
  folder: string,
  args: readonly string[] = [],
  env: Record<string, string | undefined> = {},
) {
  const { child, output, exited } = runMain(['--data', folder, '--port', '0', ...args], env);
  const url = await eventually('the banner', async () => {
    if (child.exitCode !== null) throw new Error(output.text);
    const banner = /URL +(http:\/\/127\.0\.0\.1:\d+)[\s\S]*Ctrl-C/.exec(output.text);
    return banner?.[1] ?? null;
  });
  const call = async <Body>(path: string, body?: object, profile = 'consumer') => {
    const method = body === undefined ? 'GET' : 'POST';
    const reply = await signedFetch({
      url: `${url}${path}`,
      method,
      headers: { 'idempotency-key': 'the-only-request', 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      keys: await keysOf(folder, profile),
    });
    const answer = (await reply.json()) as Body;
    const match = matchRoute(method, path.split('?')[0] ?? '');
    if (match.kind === 'found') checkReply(match.route, reply.status, answer);
    return { status: reply.status, body: answer, headers: reply.headers };
  };
  const untilMenu = () =>
    eventually('the menu', async () =>
      (await call('/v1/offers?limit=1')).status === 200 ? true : null,
    );
  const read = async (id: string) => (await call<Lease>(`/v1/leases/${id}`)).body;
  const untilState = (id: string, state: string) =>
    // On a busy computer, scaled time slows down.
    eventually(
      `lease ${state}`,
      async () => {
        const lease = await read(id);
        return lease.state === state ? lease : null;
      },
      30_000,
    );
  const stop = async (signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    return exited;
  };
  return { child, output, exited, url, call, untilMenu, read, untilState, stop };
}
