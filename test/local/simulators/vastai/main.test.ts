// The simulator in its own process: its output, its exit, and that its state survives a kill.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { faultNames } from '../../../../local/simulators/kit/faults.ts';
import { asRow, asRows, directPort, greeting, type Json, KEY, numberOf } from './support.ts';

const MAIN = fileURLToPath(new URL('../../../../local/simulators/vastai/main.ts', import.meta.url));
const HOUR = 3_600_000;

function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Starts the simulator and kills it at the end of the test. */
function begin(...flags: string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...flags], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, SIM_API_KEY: KEY },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function readAll(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += chunk;
  return text;
}

/** Starts the simulator with `--follow-parent` and waits until it serves. */
async function serve(...flags: string[]) {
  const child = begin('--follow-parent', ...flags);
  const [line] = await once(child.stdout ?? child, 'data');
  const address = String(line).trim();
  const call = async (line: string, body?: Json): Promise<Json> => {
    const [method = '', path = ''] = line.split(' ');
    const headers = { authorization: `Bearer ${KEY}` };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return asRow(await (await fetch(`${address}${path}`, { method, headers, ...sent })).json());
  };
  const kill = async (): Promise<void> => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return { child, address, call, kill };
}

/** A clock file with simulated time that runs an hour per second. */
function clockIn(folder: string): string {
  const path = join(folder, 'clock.json');
  const clock = { realStart: Date.now() - 10_000, simStart: Date.UTC(2026, 0, 1), scale: 3_600 };
  writeFileSync(path, JSON.stringify(clock));
  return path;
}

type Served = Awaited<ReturnType<typeof serve>>;

async function rentOne({ call }: Served, label: string): Promise<number> {
  const filter = { num_gpus: { eq: 1 }, direct_port_count: { gte: 1 } };
  const [offer] = asRows((await call('POST /api/v0/bundles/', filter)).offers);
  const wish = { image: 'i', disk: 20, label, runtype: 'ssh_direc ssh_proxy', env: { A: 'b' } };
  return numberOf((await call(`PUT /api/v0/asks/${offer?.id}/`, wish)).new_contract);
}

describe('alone', () => {
  it('prints its address, its usage and its faults, and exits on a signal', async () => {
    const child = begin();
    const [words] = await once(child.stdout ?? child, 'data');
    for (const word of ['http://127.0.0.1:', KEY, 'SIM_FAULT', ...faultNames]) {
      expect(String(words)).toContain(word);
    }
    child.stdin?.end();
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(String(words))?.[0];
    const reply = await fetch(`${address}/api/v0/bundles/`, { method: 'POST' });
    expect(asRows(asRow(await reply.json()).offers)).toHaveLength(64);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it.each([
    ['--port', 'x'],
    ['--others', '2'],
    ['--fast', ''],
  ])('refuses %s %s with 2 and a reason', async (flag, value) => {
    const child = begin(flag, value);
    const [text, [code]] = await Promise.all([readAll(child.stderr), once(child, 'exit')]);
    expect([code, text]).toEqual([2, expect.stringContaining(flag)]);
  });

  it('exits with 1 for a damaged state file and does not change it', async () => {
    const path = join(folderOfTest(), 'state.json');
    writeFileSync(path, '{"seed":1');
    const child = begin('--state', path);
    const [text, [code]] = await Promise.all([readAll(child.stderr), once(child, 'exit')]);
    expect([code, text, statSync(path).size]).toEqual([1, expect.stringContaining(path), 9]);
  });
});

describe('beside its parent', () => {
  it('prints only its address, and exits with the parent', async () => {
    const { child, address } = await serve();
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const exited = once(child, 'exit');
    child.stdin?.end();
    expect(await exited).toEqual([0, null]);
  });

  it('exits when the parent is killed', async () => {
    const script = `
      const child = require('child_process').spawn(process.execPath, process.argv.slice(1),
        { stdio: ['pipe', 'pipe', 'inherit'] });
      child.stdout.on('data', (line) => console.log(child.pid + ' ' + String(line).trim()));`;
    const flags = ['-e', script, '--', MAIN, '--follow-parent'];
    const parent = spawn(process.execPath, flags, { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await once(parent.stdout, 'data');
    const [pid = '', address = ''] = String(line).trim().split(' ');
    onTestFinished(() => {
      if (isAlive(Number(pid))) process.kill(Number(pid), 'SIGKILL');
    });
    expect((await fetch(`${address}/_sim/books`)).status).toBe(200);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(Number(pid)), { timeout: 4_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('killed right after a response', () => {
  it('resumes with every instance, key, fault and charge, on the shared clock', async () => {
    const folder = folderOfTest();
    const flags = ['--state', join(folder, 'state.json'), '--clock', clockIn(folder)];
    const first = await serve(...flags);
    const id = await rentOne(first, 'kept');
    await first.call('POST /_sim/faults', { name: 'zombie', times: 1, forMs: 50 * HOUR });
    await first.call(`POST /api/v0/instances/${id}/ssh/`, { ssh_key: 'ssh-ed25519 AAAA me' });
    const [machine] = asRows((await stateOf(first)).instances);
    await first.kill();

    const second = await serve(...flags);
    const [kept] = asRows((await stateOf(second)).instances);
    for (const name of ['id', 'label', 'env', 'createdAt', 'sshHostKey', 'gpuName', 'alive']) {
      expect([name, kept?.[name]]).toEqual([name, machine?.[name]]);
    }
    const { ssh_keys } = await second.call(`GET /api/v0/instances/${id}/ssh/`);
    expect(String(ssh_keys)).toContain('ssh-ed25519 AAAA me');
    expect(await second.call(`DELETE /api/v0/instances/${id}/`)).toEqual({ success: true });
    await second.kill();

    const third = await serve(...flags);
    const [zombie] = asRows((await stateOf(third)).instances);
    expect(zombie).toMatchObject({ alive: true, end: { kind: 'destroyed' } });
    expect(await rentOne(third, 'next')).toBe(id + 1);
    expect(statSync(join(folder, 'state.json')).mode & 0o777).toBe(0o600);
  }, 20_000);

  it('opens the SSH port of before without a read of the instance', async () => {
    const folder = folderOfTest();
    const flags = ['--state', join(folder, 'state.json'), '--clock', clockIn(folder)];
    const first = await serve(...flags);
    const id = await rentOne(first, 'kept');
    const row = async () => asRow((await first.call(`GET /api/v0/instances/${id}/`)).instances);
    await expect.poll(async () => (await row()).actual_status).toBe('running');
    const port = directPort(await row());
    await first.kill();
    await serve(...flags);
    expect(await greeting(port)).toContain('SSH-2.0');
  });
});

/** The reply of a control route, as an object. */
async function stateOf({ address }: Served): Promise<Json> {
  return { instances: await (await fetch(`${address}/_sim/instances`)).json() };
}
