// The service killed with -9 while a lease is active: its child processes exit, and the next start
// on its folder resumes the same lease with the same deadline and the same instance.

import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLong } from '../support/long.ts';
import {
  allGone,
  CHILDREN,
  childrenOf,
  eventually,
  type Lease,
  SSH_KEY,
  type StartedProcess,
  startProcess,
} from '../support/worlds/start.ts';

const HOUR = 3_600_000;
/** An hour in 18 s. */
const SCALED = ['--time-scale', '200'];
/** A silence limit longer than a restart takes at 200 times real time. */
const PATIENT = { sshPublicKey: SSH_KEY, gpuNames: ['RTX 4090'], silenceLimitSeconds: 3_600 };

let folder: string;
let service: StartedProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'killed-'));
});
afterEach(async () => {
  await service?.stop('SIGKILL');
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** An active lease and its service. */
async function activeLease(hours: number) {
  service = await startProcess(folder, SCALED);
  const { body } = await service.call<Lease>('/v1/leases', { ...PATIENT, hours });
  const active = await service.untilState(body.id, 'active');
  return { service, active };
}

async function kill(victim: StartedProcess): Promise<void> {
  const children = childrenOf(victim.child.pid);
  expect(children).toHaveLength(CHILDREN);
  expect(await victim.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await allGone(children)).toBe(true);
}

/** The number of the lease's heartbeats in the workflow's journal. */
async function heartbeatsOf(id: string): Promise<number> {
  const lines = (await readFile(join(folder, 'workflow.jsonl'), 'utf8')).split('\n');
  return lines.filter((line) => line.startsWith('{"type":"heartbeat"') && line.includes(id)).length;
}

/** The banner of the instance's SSH server. */
async function bannerAt(address: Lease['ssh'][number] | undefined): Promise<string> {
  const socket = connect(address?.port ?? 0, address?.host);
  const [banner] = await once(socket, 'data');
  socket.destroy();
  return String(banner);
}

describe('a service killed with -9', () => {
  it('resumes its lease with the same instance and the original deadline', async () => {
    const { service: victim, active } = await activeLease(0.5);
    await kill(victim);
    const port = new URL(victim.url).port;
    service = await startProcess(folder, [...SCALED, '--port', port]);
    expect(await service.read(active.id)).toEqual(active);
    expect(active.sshHostKey).toMatch(/^ssh-ed25519 /);
    expect(await bannerAt(active.ssh[0])).toMatch(/^SSH-2\.0-/);
    // After the restart, the journal holds one heartbeat from before.
    await eventually('three more heartbeats', async () =>
      (await heartbeatsOf(active.id)) > 3 ? true : null,
    );

    const ended = await service.untilState(active.id, 'ended');
    expect(ended).toMatchObject({ endReason: 'expired', absenceProof: expect.any(Object) });
    const late = Date.parse(ended.endedAt ?? '') - Date.parse(active.endsAt ?? '');
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(HOUR / 2);
    expect(ended.chargedMicroUsd).toBeGreaterThan(0);
  });

  it.runIf(isLong)('ends a lease whose deadline passed while it was down', async () => {
    const { service: victim, active } = await activeLease(1);
    await kill(victim);
    // The service was down for two simulated hours.
    const path = join(folder, 'clock.json');
    const clock = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...clock, simStart: clock.simStart + 2 * HOUR }));
    service = await startProcess(folder, SCALED);
    const ended = await service.untilState(active.id, 'ended');
    expect(ended).toMatchObject({ endReason: 'expired' });
  });
});
