// `npm start` as a user runs it: its banner, its flags and its exit.

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

/** curl signs since 7.75 (2021); an older one can't run the banner's command. */
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
    await service.untilMenu();
  });
  afterAll(() => service.stop('SIGTERM'));

  it('prints its address, its region and its credentials file', () => {
    for (const fact of [service.url, 'us-east-1', 'execute-api', join(folder, 'credentials')]) {
      expect(service.output.text).toContain(fact);
    }
  });

  it('prints three commands to try, and no secret', async () => {
    const credentials = await readFile(join(folder, 'credentials'), 'utf8');
    const [secret = ''] = /(?<=secret_access_key = )\S+/.exec(credentials) ?? [];
    expect(service.output.text).toMatch(/Try:[\s\S]*curl --aws-sigv4[\s\S]*offers[\s\S]* lease /);
    expect(secret.length).toBeGreaterThan(20);
    expect(service.output.text).not.toContain(secret);
  });

  it.skipIf(!hasCurl)('prints a curl command that works when pasted', async () => {
    const [command = ''] = /curl[^\n]*\\\n[^\n]*/.exec(service.output.text) ?? [];
    const { stdout } = await promisify(execFile)('sh', ['-c', command]);
    expect(JSON.parse(stdout).offers).toHaveLength(3);
  });

  it('creates files that only their owner can read', async () => {
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

  it('lists offers', async () => {
    const { status, body } = await service.call<{ offers: unknown[] }>('/v1/offers?limit=5');
    expect([status, body.offers.length]).toEqual([200, 5]);
  });

  it("shows the consumer's lease to the operator, and refuses an unsigned request", async () => {
    const request = { sshPublicKey: SSH_KEY, silenceLimitSeconds: 3_600 };
    const { body } = await service.call<{ id: string }>('/v1/leases', request);
    expect(body.id).toMatch(/^[a-z0-9]{20}$/);
    const path = `/v1/leases/${body.id}`;
    expect(await service.call(path, undefined, 'operator')).toMatchObject({ status: 200 });
    expect((await fetch(`${service.url}${path}`)).status).toBe(403);
  });

  it('is named in the error of a second start on its folder', async () => {
    const second = runMain(['--data', folder, '--port', '0']);
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.output.text).toContain(`held by process ${service.child.pid}`);
  });
});

describe('a service that gets a signal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'exits with 0 on %s, and its children exit',
    async (signal) => {
      const service = await startProcess(await freshFolder(), ['--time-scale', '100']);
      const children = childrenOf(service.child.pid);
      expect(children).toHaveLength(CHILDREN);
      expect(await service.stop(signal)).toEqual({ code: 0, signal: null });
      expect(await allGone(children)).toBe(true);
    },
  );
});

describe('a service that loses a process', () => {
  it('exits with 1 when its database exits, and names it', async () => {
    const folder = await freshFolder();
    const service = await startProcess(folder, ['--time-scale', '100']);
    const children = childrenOf(service.child.pid);
    const holder = await readFile(join(folder, 'database.lock'), 'utf8');
    process.kill(Number.parseInt(holder, 10), 'SIGKILL');
    expect(await service.exited).toEqual({ code: 1, signal: null });
    expect(service.output.text).toContain('the database exited with SIGKILL; run npm start again');
    expect(await allGone(children)).toBe(true);
  });

  it('exits when the npm that runs it is killed', async () => {
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

describe('an invalid flag', () => {
  it('exits with 2 and a message that says what is allowed', async () => {
    const { exited, output } = runMain(['--time-scale', '301']);
    expect(await exited).toEqual({ code: 2, signal: null });
    expect(output.text).toBe('--time-scale must be a whole number from 1 to 300, not "301"\n');
  });

  it('exits with 1 for a port that is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { exited, output } = runMain(['--data', await freshFolder(), '--port', String(port)]);
    expect(await exited).toEqual({ code: 1, signal: null });
    expect(output.text).toContain(`port ${port} is in use`);
    server.close();
  });
});

describe('with VAST_API_KEY', () => {
  const apiKey = 'a-real-key';
  let market: ReturnType<typeof createSimulator>;
  let env: Record<string, string>;
  beforeAll(async () => {
    const keys = { apiKey };
    market = createSimulator({ keys, now: Date.now, offers: 60 });
    env = { VAST_API_KEY: apiKey, VAST_BASE_URL: await market.listen() };
  });
  afterAll(() => market.close());
  const running: StartedProcess[] = [];
  afterEach(async () => {
    for (const service of running.splice(0)) await service.stop('SIGTERM');
  });

  it('says that instances are real, reads real offers and runs no simulator', async () => {
    const service = await startProcess(await freshFolder(), [], env);
    running.push(service);
    expect(service.output.text).toMatch(/^VAST_API_KEY is set: leases run on real instances/);
    expect(service.output.text).toContain('leases cost real money');
    expect(childrenOf(service.child.pid)).toHaveLength(1);
    await service.untilMenu();
    expect(market.requests().map(({ path }) => path)).toContain('/api/v0/bundles/');
  });

  it('answers at once and says that there is no menu yet when the market is slow', async () => {
    const slow = createServer(() => undefined);
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const address = slow.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const from = Date.now();
    const service = await startProcess(await freshFolder(), [], {
      ...env,
      VAST_BASE_URL: `http://127.0.0.1:${port}`,
    });
    running.push(service);
    expect(Date.now() - from).toBeLessThan(15_000);
    const { status, body, headers } = await service.call('/v1/offers');
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('5');
    expect(body).toMatchObject({ title: 'No menu yet', retryable: true });
    const { body: lease } = await service.call<{ id: string }>('/v1/leases', {
      sshPublicKey: SSH_KEY,
    });
    expect((await service.read(lease.id)).state).toBe('requested');
    await service.stop('SIGKILL');
    slow.close();
  });

  it('refuses a folder of simulated leases', async () => {
    const folder = await freshFolder();
    await mkdir(folder);
    await openSettings(folder, 'simulated');
    const { exited, output } = runMain(['--data', folder, '--port', '0'], env);
    expect(await exited).toEqual({ code: 1, signal: null });
    expect(output.text).toContain('holds leases of simulated instances');
  });
});
