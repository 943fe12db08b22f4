// An environment for the real node agent: a home folder, only the programs that every instance has,
// and a loopback server that stands in for the service and the provider. The agent must reach
// nothing else, above all no real `poweroff`.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A heartbeat, as the service parses it. */
type AgentHeartbeat = {
  readonly authorization: string | undefined;
  readonly number: number;
  readonly facts?: object;
  readonly telemetry: Readonly<Record<string, unknown>>;
  /** The unparsed body and its content type. */
  readonly sent: string;
  readonly contentType: string;
};
type Destroy = { readonly path: string; readonly authorization: string | undefined };

/** The reply of the service to the heartbeat with this number. */
type Answer = (count: number) => { readonly status: number; readonly body?: object };

export type AgentOptions = {
  readonly answer?: Answer;
  readonly env?: Readonly<Record<string, string>>;
  /** Programs in addition to those of every instance. */
  readonly programs?: readonly string[];
  readonly gpus?: boolean;
  /** The path of a busybox that provides all basic programs, as on Alpine Linux. */
  readonly busybox?: string;
  /** The text of `~/on-ending.sh`; without it the file does not exist. */
  readonly onEnding?: string;
  /** A start script to run instead of the agent. */
  readonly script?: (url: string) => string;
};

const AGENT = fileURLToPath(new URL('../../../shared/agent/agent.sh', import.meta.url));
const SMI = fileURLToPath(new URL('../../fixtures/agent/nvidia-smi.sh', import.meta.url));
const BASICS = ['sh', 'date', 'sleep', 'sed', 'timeout', 'cat', 'nohup', 'grep'];
const INSTALLING = ['base64', 'gunzip', 'gzip', 'mkdir', 'chmod', 'touch'];

export const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHRlc3Q root@instance';
/**
 * A heartbeat per second, the end after 30 s without a reply, first or further, 1 s of grace, 2 s
 * for the last script.
 */
const QUICK = '1 30 30 1 2';

const carryOn = { carryOn: true, endsAt: 'an instant', secondsLeft: 3_600, everySeconds: 1 };
export const goOn = (change: Partial<typeof carryOn> = {}) => ({
  status: 200,
  body: { ...carryOn, ...change },
});

const where = (program: string): string =>
  execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();

function furnish(home: string, options: AgentOptions): void {
  const bin = join(home, 'bin');
  mkdirSync(bin);
  const { programs = ['curl'], gpus = true, onEnding } = options;
  const basics = options.busybox === undefined ? [] : [...BASICS, ...INSTALLING, 'wget'];
  for (const program of basics) symlinkSync(options.busybox ?? '', join(bin, program));
  for (const program of [...BASICS, ...INSTALLING, ...programs]) {
    if (program === 'poweroff' || basics.includes(program)) continue;
    symlinkSync(where(program), join(bin, program));
  }
  if (programs.includes('poweroff')) {
    writeFileSync(join(bin, 'poweroff'), '#!/bin/sh\necho off >>"$HOME/poweroff"\n');
    chmodSync(join(bin, 'poweroff'), 0o755);
  }
  if (gpus) {
    copyFileSync(SMI, join(bin, 'nvidia-smi'));
    chmodSync(join(bin, 'nvidia-smi'), 0o755);
  }
  writeFileSync(join(home, 'host-key.pub'), `${HOST_KEY}\n`);
  if (onEnding !== undefined) writeFileSync(join(home, 'on-ending.sh'), onEnding);
}

function envOf(home: string, url: string): Record<string, string> {
  return {
    HOME: home,
    PATH: join(home, 'bin'),
    GPU_SHOPPER_NODE_URL: `${url}/node/v1/heartbeats`,
    GPU_SHOPPER_LEASE_TOKEN: 'the-lease-token',
    GPU_SHOPPER_NODE_SECONDS: QUICK,
    GPU_SHOPPER_HOST_KEY: join(home, 'host-key.pub'),
    GPU_SHOPPER_ON_ENDING: join(home, 'on-ending.sh'),
    GPU_SHOPPER_DESTROY_URL: `${url}/api/v0/instances/4711/`,
    GPU_SHOPPER_DESTROY_KEY: 'the-key-of-this-instance',
  };
}

/** Kills the agent and its process group; programs under `timeout` exit by themselves. */
function stop(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
}

/** Starts the agent; `close` kills it and removes its home folder. */
export async function startAgent(options: AgentOptions = {}) {
  const { answer = () => goOn() } = options;
  const heartbeats: AgentHeartbeat[] = [];
  const destroys: Destroy[] = [];
  const server = createServer(async (request, response) => {
    const { authorization } = request.headers;
    if (request.method === 'DELETE') {
      destroys.push({ path: request.url ?? '', authorization });
      return response.end('{"success":true}');
    }
    const sent = await text(request);
    const contentType = request.headers['content-type'] ?? '';
    heartbeats.push({ ...JSON.parse(sent), authorization, sent, contentType });
    const { status, body } = answer(heartbeats.length);
    return response.writeHead(status).end(JSON.stringify(body ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const home = mkdtempSync(join(tmpdir(), 'agent-'));
  furnish(home, options);
  const command = options.script === undefined ? [AGENT] : ['-c', options.script(url)];
  const env = { ...envOf(home, url), ...options.env };
  const child = spawn(join(home, 'bin', 'sh'), command, { env, detached: true });
  let log = '';
  child.stdout.on('data', (chunk) => {
    log += chunk;
  });
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  return {
    heartbeats,
    destroys,
    log: () => log,
    /** The text of a file in its home folder; empty when the file does not exist. */
    read(name: string): string {
      const path = join(home, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    },
    /** Waits until `done`, at most 15 s, in real time like the agent. */
    async until(done: () => boolean): Promise<void> {
      for (let waited = 0; !done(); waited += 20) {
        if (waited > 15_000) throw new Error(`timed out after 15 s; log of the agent: ${log}`);
        await pause(20);
      }
    },
    async close(): Promise<void> {
      stop(child);
      server.closeAllConnections();
      server.close();
      // A program of the agent may still write to its home folder.
      rmSync(home, { recursive: true, maxRetries: 5 });
    },
  };
}
