// A rented instance for the real node agent: a home of its own, only the programs it may count on,
// and a loopback server that plays both the service and the provider. Its agent can reach nothing
// else; above all no real `poweroff`.

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

/** As the service parses it. */
type AgentHeartbeat = {
  readonly authorization: string | undefined;
  readonly number: number;
  readonly facts?: object;
  readonly telemetry: Readonly<Record<string, unknown>>;
  /** The body and its type as they were on the wire. */
  readonly sent: string;
  readonly contentType: string;
};
type Destroy = { readonly path: string; readonly authorization: string | undefined };

/** What the service does with a heartbeat: a reply's status and body. */
type Answer = (count: number) => { readonly status: number; readonly body?: object };

export type AgentOptions = {
  readonly answer?: Answer;
  readonly env?: Readonly<Record<string, string>>;
  /** Programs the instance has besides those every instance has. */
  readonly programs?: readonly string[];
  readonly gpus?: boolean;
  /** A busybox that all its basic programs are, its shell and wget too, as on Alpine Linux. */
  readonly busybox?: string;
  /** What `~/on-ending.sh` holds; without it there is none. */
  readonly onEnding?: string;
  /** Run instead of the agent itself: a start script. */
  readonly script?: (url: string) => string;
};

const AGENT = fileURLToPath(new URL('../../../shared/agent/agent.sh', import.meta.url));
const SMI = fileURLToPath(new URL('../../fixtures/agent/nvidia-smi.sh', import.meta.url));
const BASICS = ['sh', 'date', 'sleep', 'sed', 'timeout', 'cat', 'nohup', 'grep'];
const INSTALLING = ['base64', 'gunzip', 'gzip', 'mkdir', 'chmod', 'touch'];

export const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHRlc3Q root@instance';
/**
 * Heartbeats each second, deaf after 30 s, ends itself 1 s after its end, its last script has 2 s.
 */
const QUICK = '1 30 1 2';

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

/** The programs it starts are in its group; what `timeout` started ends by itself. */
function stop(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
}

/** Starts the agent; `close` ends it and removes its home. */
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
    /** What a file in its home holds; empty while there is none. */
    read(name: string): string {
      const path = join(home, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    },
    /** Real time, since the agent's is: until `done`, or 15 s. */
    async until(done: () => boolean): Promise<void> {
      for (let waited = 0; !done(); waited += 20) {
        if (waited > 15_000) throw new Error(`not within 15 s; its log: ${log}`);
        await pause(20);
      }
    },
    async close(): Promise<void> {
      stop(child);
      server.closeAllConnections();
      server.close();
      // A program that was just started may still write to its home.
      rmSync(home, { recursive: true, maxRetries: 5 });
    },
  };
}
