// `npm start` as a person meets it: its banner, its flags, its manners at the end.

import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openSettings } from '../../local/settings.ts';
import { createSimulator } from '../../local/simulators/vastai/simulator.ts';
import {
  allGone,
  CHILDREN,
  childrenOf,
  eventually,
  MAIN,
  runMain,
  SSH_KEY,
  type StartedProcess,
  startProcess,
} from '../support/worlds/start.ts';

/** curl signs since 7.75 (2021); an older one can't be used as the banner says. */
const hasCurl = spawnSync('curl', ['--aws-sigv4', 'x', '--version']).status === 0;

const folders: string[] = [];
async function freshFolder(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'start-'));
  folders.push(parent);
  return join(parent, 'data');
}
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('a started service', () => {
  let folder: string;
  let service: StartedProcess;
  beforeAll(async () => {
    folder = await freshFolder();
    service = await startProcess(folder, ['--time-scale', '200']);
  });
  afterAll(() => service.stop('SIGTERM'));

  it('tells where it is and who may call it', () => {
    for (const fact of [service.url, 'us-east-1', 'execute-api', join(folder, 'credentials')]) {
      expect(service.said.text).toContain(fact);
    }
  });

  it('tells three commands to try, and no secret', async () => {
    const credentials = await readFile(join(folder, 'credentials'), 'utf8');
    const [secret = ''] = /(?<=secret_access_key = )\S+/.exec(credentials) ?? [];
    expect(service.said.text).toMatch(/Try:[\s\S]*curl --aws-sigv4[\s\S]*offers[\s\S]* lease /);
    expect(secret.length).toBeGreaterThan(20);
    expect(service.said.text).not.toContain(secret);
  });

  it.skipIf(!hasCurl)('tells a curl command that works when pasted', async () => {
    const [command = ''] = /curl[^\n]*\\\n[^\n]*/.exec(service.said.text) ?? [];
    const { stdout } = await promisify(execFile)('sh', ['-c', command]);
    expect(JSON.parse(stdout).offers).toHaveLength(3);
  });

  it('keeps its secrets to their owner', async () => {
    const modes = await Promise.all(
      ['credentials', 'settings.json', '.'].map(async (name) => {
        const { mode } = await stat(join(folder, name));
        return (mode & 0o777).toString(8);
      }),
    );
    expect(modes).toEqual(['600', '600', '700']);
  });

  it('has credentials for the consumer first, then for the operator', async () => {
    const credentials = await readFile(join(folder, 'credentials'), 'utf8');
    expect(credentials.match(/^\[.*\]$/gm)).toEqual(['[consumer]', '[operator]']);
  });

  it('has a menu', async () => {
    const { status, body } = await service.call<{ offers: unknown[] }>('/v1/offers?limit=5');
    expect([status, body.offers.length]).toEqual([200, 5]);
  });

  it('lets the operator see a lease of the consumer, and nobody unsigned', async () => {
    const asked = { sshPublicKey: SSH_KEY, silenceLimitSeconds: 3_600 };
    const { body } = await service.call<{ id: string }>('/v1/leases', asked);
    expect(body.id).toMatch(/^[a-z0-9]{20}$/);
    const path = `/v1/leases/${body.id}`;
    expect(await service.call(path, undefined, 'operator')).toMatchObject({ status: 200 });
    expect((await fetch(`${service.url}${path}`)).status).toBe(403);
  });

  it('is named by a second start on the same folder', async () => {
    const second = runMain(['--data', folder, '--port', '0']);
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.said.text).toContain(`held by process ${service.child.pid}`);
  });
});

describe('a service asked to end', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends well on %s, with its children', async (signal) => {
    const service = await startProcess(await freshFolder(), ['--time-scale', '100']);
    const children = childrenOf(service.child.pid);
    expect(children).toHaveLength(CHILDREN);
    expect(await service.stop(signal)).toEqual({ code: 0, signal: null });
    expect(await allGone(children)).toBe(true);
  });
});

describe('a service that loses what it stands on', () => {
  it('ends with its database, and names it', async () => {
    const folder = await freshFolder();
    const service = await startProcess(folder, ['--time-scale', '100']);
    const children = childrenOf(service.child.pid);
    const holder = await readFile(join(folder, 'database.lock'), 'utf8');
    process.kill(Number.parseInt(holder, 10), 'SIGKILL');
    expect(await service.exited).toEqual({ code: 1, signal: null });
    expect(service.said.text).toContain('the database has ended with SIGKILL; start again');
    expect(await allGone(children)).toBe(true);
  });

  it('ends with the npm that runs it', async () => {
    const args = ['--data', await freshFolder(), '--port', '0', '--time-scale', '100'];
    const command = JSON.stringify([MAIN, ...args]);
    const script = `require('node:child_process').spawn(process.execPath, ${command})`;
    const env = { ...process.env, npm_lifecycle_event: 'start' };
    const npm = spawn(process.execPath, ['-e', script], { env, stdio: 'ignore' });
    const started = await eventually('children', async () => {
      const [main] = childrenOf(npm.pid);
      const children = childrenOf(main);
      return main !== undefined && children.length === CHILDREN ? [main, ...children] : null;
    });
    npm.kill('SIGKILL');
    expect(await allGone(started)).toBe(true);
  });
});

describe('a flag that can not be taken', () => {
  it('is explained', async () => {
    const { exited, said } = runMain(['--time-scale', '301']);
    expect(await exited).toEqual({ code: 2, signal: null });
    expect(said.text).toBe('--time-scale must be a whole number from 1 to 300, not "301"\n');
  });

  it('such as a port that is taken is explained', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { exited, said } = runMain(['--data', await freshFolder(), '--port', String(port)]);
    expect(await exited).toEqual({ code: 1, signal: null });
    expect(said.text).toContain(`port ${port} is taken`);
    server.close();
  });
});

describe('with VAST_API_KEY', () => {
  const apiKey = 'a-real-key';
  let market: ReturnType<typeof createSimulator>;
  let env: Record<string, string>;
  beforeAll(async () => {
    const keys = { apiKey };
    market = createSimulator({ keys, now: Date.now, rateLimits: false, offers: 60 });
    env = { VAST_API_KEY: apiKey, VAST_BASE_URL: await market.listen() };
  });
  afterAll(() => market.close());
  const running: StartedProcess[] = [];
  afterEach(async () => {
    for (const service of running.splice(0)) await service.stop('SIGTERM');
  });

  it('says that instances are real, reads their menu and simulates nothing', async () => {
    const service = await startProcess(await freshFolder(), [], env);
    running.push(service);
    expect(service.said.text).toMatch(/^VAST_API_KEY is set: this leases real instances/);
    expect(service.said.text).toContain('leases cost real money');
    expect(childrenOf(service.child.pid)).toHaveLength(1);
    expect(market.requests().map(({ path }) => path)).toContain('/api/v0/bundles/');
  });

  it('refuses a folder of simulated leases', async () => {
    const folder = await freshFolder();
    await mkdir(folder);
    await openSettings(folder, 'simulated');
    const { exited, said } = runMain(['--data', folder, '--port', '0'], env);
    expect(await exited).toEqual({ code: 1, signal: null });
    expect(said.text).toContain('holds leases of simulated instances');
  });
});
