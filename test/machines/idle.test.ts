// Leases with idle terms: warned, then ended when they stay idle. A load that is unknown counts as
// busy.

import { afterEach, describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import type { Telemetry } from '../../shared/core/instance/telemetry.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

let world: LeaseWorld;
afterEach(() => world.close());

const load = (percent: number, networkKbps: number | null = 0): Telemetry => ({
  ...{ gpus: [[percent, 1, 24_564, 40, 20]], processes: 9, rxBytes: 1, txBytes: 1 },
  ...{ networkKbps, uptimeSeconds: 60, jobId: '' },
});
const ENDING = { gpuPercentBelow: 5, networkKbpsBelow: 100, windowMinutes: 10, action: 'end' };

/** An active lease whose instance reports `telemetry` with each heartbeat. */
async function activeLease(body: object, telemetry: () => Telemetry): Promise<LeaseId> {
  world = await leaseWorld({ telemetry });
  const { id } = await world.active(body);
  return id;
}

async function warnings(id: LeaseId): Promise<readonly string[]> {
  const { body } = await world.ask('readEvents', { params: { id } });
  const { events } = body as { events: readonly { type: string; reason: string }[] };
  return events.filter(({ type }) => type === 'idle-warning').map(({ reason }) => reason);
}

describe('a lease with idle action end', () => {
  it('is warned after its window and ends after the notice period', async () => {
    const id = await activeLease({ idle: ENDING }, () => load(0));
    const from = world.clock.now();
    await world.until(async () => (await warnings(id)).length > 0);
    expect(world.clock.now() - from).toBeLessThanOrEqual(11 * MINUTE);
    await world.untilState(id, 'ending');
    expect(world.clock.now() - from).toBeGreaterThan(14 * MINUTE);
    expect(world.clock.now() - from).toBeLessThanOrEqual(17 * MINUTE);
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'idle' });
    expect(await warnings(id)).toEqual([
      'every GPU below 5 %, the network below 100 kbit/s for 10 min; ' +
        'the lease ends soon unless the instance becomes busy',
    ]);
    expect(await world.leftovers(id)).toEqual([]);
  });

  it('stays active when it is busy once during the notice period', async () => {
    let percent = 0;
    const id = await activeLease({ idle: ENDING, hours: 0.45 }, () => load(percent));
    await world.until(async () => (await warnings(id)).length > 0);
    percent = 60;
    await world.pass(2 * MINUTE);
    percent = 0;
    await world.pass(8 * MINUTE);
    expect((await world.lease(id)).state).toBe('active');
    await world.untilState(id, 'ending');
    expect(await world.lease(id)).toMatchObject({ reason: 'expired' });
    expect(await warnings(id)).toHaveLength(2);
  });

  it.each([
    ['its network is busy', () => load(0, 5_000)],
    ['its network load is unknown', () => load(0, null)],
    ['one signal is busy', () => load(90, 0)],
  ])('stays active to its deadline when %s', async (_name, telemetry) => {
    const id = await activeLease({ idle: ENDING, hours: 0.5 }, telemetry);
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'expired' });
    expect(await warnings(id)).toEqual([]);
  });

  it('is idle by its application’s heartbeats alone when it names only those', async () => {
    const idle = { app: true, windowMinutes: 10, action: 'end' };
    const id = await activeLease({ idle, liveness: 'node' }, () => load(90, 9_000));
    const report = (body: object | null) => world.ask('recordHeartbeat', { params: { id }, body });
    for (let minute = 0; minute < 12; minute += 1) {
      await report(minute < 6 ? null : { busy: false });
      await world.pass(2 * MINUTE);
    }
    expect(await warnings(id)).toHaveLength(1);
    expect((await world.lease(id)).state).toBe('active');
    for (let minute = 0; minute < 4; minute += 1) {
      await report({ busy: false });
      await world.pass(2 * MINUTE);
    }
    expect(await world.lease(id)).toMatchObject({ reason: 'idle' });
  });
});

describe('a lease with idle action warn', () => {
  it('is warned once per idle period, and stays active to its deadline', async () => {
    const id = await activeLease({ idle: { ...ENDING, action: 'warn' }, hours: 1 }, () => load(0));
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'expired' });
    expect(await warnings(id)).toHaveLength(1);
    const { transitions } = world.service.engine.describe(`${id}-1`) ?? {};
    expect(transitions).toBeLessThanOrEqual(20);
  });
});

describe('a lease without idle terms', () => {
  it('is never idle', async () => {
    const id = await activeLease({ hours: 1 }, () => load(0));
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'expired' });
    expect(await warnings(id)).toEqual([]);
  });
});

describe('a request', () => {
  it.each([
    [{ windowMinutes: 10, action: 'end' }, 'idle'],
    [{ ...ENDING, windowMinutes: 4 }, 'idle.windowMinutes'],
    [{ ...ENDING, gpuPercentBelow: 0 }, 'idle.gpuPercentBelow'],
    [{ ...ENDING, app: false }, 'idle.app'],
    [{ ...ENDING, action: 'stop' }, 'idle.action'],
  ])('with the idle terms %j is refused', async (idle, field) => {
    world = await leaseWorld({ freshMenu: false });
    const sshPublicKey = `ssh-ed25519 ${'A'.repeat(68)} test@laptop`;
    const headers = { 'idempotency-key': 'idle-request' };
    const reply = await world.ask('requestLease', { headers, body: { sshPublicKey, idle } });
    expect(reply).toMatchObject({ status: 400, body: { field } });
  });
});
