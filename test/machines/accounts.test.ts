// The account API: read an account, change its limits, list its events; and the thresholds that the
// sweep reviews.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { records } from '../../shared/app/parts.ts';
import { once } from '../../shared/app/runtime.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import {
  CONSUMER,
  LARGE_MARKET,
  type LeaseWorld,
  leaseWorld,
  OPERATOR,
} from '../support/worlds/lease.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

const OWN_ACCOUNT = { params: { consumer: 'self' } };
const AS_OPERATOR = { userArn: OPERATOR, params: { consumer: '123456789012~trainer' } };

type Body = Record<string, unknown>;
type Limits = { monthlyBudgetMicroUsd: number; thresholds: object[] };
type AccountView = Body & { version: number; limits: Limits; crossed: Body[]; frozen: boolean };

const read = async (world: LeaseWorld, request: object = OWN_ACCOUNT) => {
  const { status, body } = await world.ask('readAccount', request);
  expect(status).toBe(200);
  return body as AccountView;
};
async function change(world: LeaseWorld, limits: Body, rest: Body = {}) {
  const { version, limits: before } = await read(world);
  const body = { ...before, ...limits, version, why: 'a test wants it', ...rest };
  return world.ask('changeAccount', { ...AS_OPERATOR, body });
}
const eventsOf = async (world: LeaseWorld) =>
  ((await world.ask('readAccountEvents', OWN_ACCOUNT)).body as { events: Body[] }).events;

let world: LeaseWorld;
let id: LeaseId;
beforeAll(async () => {
  world = await leaseWorld(LARGE_MARKET);
  ({ id } = await world.active());
});
afterAll(() => world.close());

describe('an account', () => {
  it('shows its limits, the room left and its holds', async () => {
    const account = await read(world);
    const { hold } = await world.lease(id);
    expect(account).toMatchObject({
      ...{ consumer: CONSUMER, version: 1, month: '2026-11', frozen: false, crossed: [] },
      heldMicroUsd: hold.amountMicroUsd,
      roomMicroUsd: 1_000_000_000 - hold.amountMicroUsd,
      holds: [{ leaseId: id, amountMicroUsd: hold.amountMicroUsd }],
    });
    expect(await read(world, AS_OPERATOR)).toEqual(account);
    expect(
      await read(world, { ...AS_OPERATOR, params: { consumer: '123456789012%2Ftrainer' } }),
    ).toEqual(account);
  });

  it('is readable by its consumer and operators only, and 404 before its first lease', async () => {
    const stranger = { userArn: 'arn:aws:sts::123456789012:assumed-role/other/run-1' };
    const foreign = { ...stranger, params: AS_OPERATOR.params };
    expect(await world.ask('readAccount', foreign)).toMatchObject({ status: 403 });
    expect(await world.ask('readAccountEvents', foreign)).toMatchObject({ status: 403 });
    expect(await world.ask('changeAccount', { ...foreign, body: {} })).toMatchObject({
      status: 400,
    });
    expect(await world.ask('readAccount', { ...stranger, ...OWN_ACCOUNT })).toMatchObject({
      status: 404,
      body: { field: 'consumer' },
    });
  });

  it('is changed by operators only, with its version, and records who and why', async () => {
    const before = await read(world);
    const body = { ...before.limits, maxOpenLeases: 7, version: 1, why: 'a smaller team' };
    const byConsumer = await world.ask('changeAccount', { ...OWN_ACCOUNT, body });
    expect(byConsumer).toMatchObject({ status: 403 });
    const changed = await world.ask('changeAccount', { ...AS_OPERATOR, body });
    expect(changed).toMatchObject({ status: 200, body: { version: 2, leaseRoom: 6 } });
    expect(await world.ask('changeAccount', { ...AS_OPERATOR, body })).toEqual(changed);
    const other = { ...body, maxOpenLeases: 9 };
    expect(await world.ask('changeAccount', { ...AS_OPERATOR, body: other })).toMatchObject({
      status: 409,
      body: { type: 'urn:gpu-shopper:problem:StaleVersion', field: 'version', version: 2 },
    });
    expect(await eventsOf(world)).toMatchObject([
      {
        ...{ kind: 'limits-changed', by: '123456789012/operator', reason: 'a smaller team' },
        ...{ from: { maxOpenLeases: 50 }, to: { maxOpenLeases: 7 } },
      },
    ]);
  });

  it('is opened only with version 0, with its own limits', async () => {
    const { limits } = await read(world);
    const newAccount = { userArn: OPERATOR, params: { consumer: '123456789012~new-team' } };
    const body = { ...limits, version: 3, why: 'a new team' };
    expect(await world.ask('changeAccount', { ...newAccount, body })).toMatchObject({
      status: 404,
    });
    const opening = { ...body, version: 0, monthlyBudgetMicroUsd: 5 };
    const opened = await world.ask('changeAccount', { ...newAccount, body: opening });
    expect(opened).toMatchObject({ status: 200, body: { version: 1, roomMicroUsd: 5 } });
    expect(await world.ask('changeAccount', { ...newAccount, body: opening })).toEqual(opened);
  });

  it('with a budget below its holds keeps its leases and refuses new ones', async () => {
    expect(await change(world, { monthlyBudgetMicroUsd: 1 })).toMatchObject({ status: 200 });
    await world.sweep(2);
    expect(await world.lease(id)).toMatchObject({ state: 'active' });
    expect((await read(world)).roomMicroUsd).toBeLessThan(0);
    const request = world.request({}, 'one-too-many');
    await expect(request).rejects.toThrow('monthly-budget');
    await change(world, { monthlyBudgetMicroUsd: 1_000_000_000 });
  });
});

describe('an invalid change', () => {
  it.each([
    ['monthlyBudgetMicroUsd', { monthlyBudgetMicroUsd: -1 }],
    ['monthlyBudgetMicroUsd', { monthlyBudgetMicroUsd: 1.5 }],
    ['maxLeaseMicroUsd', { maxLeaseMicroUsd: '7' }],
    ['maxOpenLeases', { maxOpenLeases: 0 }],
    ['maxOpenLeases', { maxOpenLeases: 201 }],
    ['providers.0', { providers: ['nobody'] }],
    ['thresholds', { thresholds: [80, 50].map((percent) => ({ percent, action: 'notify' })) }],
    ['thresholds', { thresholds: [50, 50].map((percent) => ({ percent, action: 'notify' })) }],
    ['thresholds.0.percent', { thresholds: [{ percent: 0, action: 'notify' }] }],
    ['thresholds.0.action', { thresholds: [{ percent: 50, action: 'shout' }] }],
    ['version', { version: -1 }],
    ['why', { why: '' }],
    ['colour', { colour: 'red' }],
  ])('names the field %s and changes nothing', async (field, wrong) => {
    const before = await read(world);
    const reply = await change(world, wrong, wrong);
    expect(reply).toMatchObject({ status: 400, body: { field } });
    expect(await read(world)).toEqual(before);
  });
});

describe('the allowed GPUs', () => {
  it('refuse another GPU with a 409 that lists them, recorded once an hour', async () => {
    await change(world, { gpuNames: ['H100 SXM'] });
    const ask = (key: string) =>
      world.ask('requestLease', {
        headers: { 'idempotency-key': key },
        body: { gpuNames: ['RTX 4090'], sshPublicKey: `ssh-ed25519 ${'A'.repeat(68)}` },
      });
    for (const key of ['forbidden-1', 'forbidden-2']) {
      expect(await ask(key)).toMatchObject({
        status: 409,
        body: { type: 'urn:gpu-shopper:problem:OverLimit', limit: 'gpus', allowed: ['H100 SXM'] },
      });
    }
    const refusals = (await eventsOf(world)).filter(({ kind }) => kind === 'hold-refused');
    expect(refusals.filter(({ reason }) => String(reason).includes('gpus'))).toHaveLength(1);
    await change(world, { gpuNames: [] });
  });

  it('limit the choice of a request for any GPU', async () => {
    await change(world, { gpuNames: ['H100 SXM'] });
    const anyGpu = { gpuNames: [], ceilingMicroUsdPerHour: 20_000_000 };
    const other = await world.request(anyGpu);
    await world.until(async () => (await world.lease(other)).attempts.length > 0);
    expect((await world.lease(other)).attempts[0]?.offer.gpuName).toBe('H100 SXM');
    await world.release(other);
    await change(world, { gpuNames: [] });
  });
});

describe('a threshold', () => {
  const spending = (action: string) => ({
    // The lease costs some cents an hour: 1 % of the budget is spent within 90 minutes.
    ...{ monthlyBudgetMicroUsd: 20_000_000, thresholds: [{ percent: 1, action }] },
  });

  it('is recorded once, also when several sweeps run at once', async () => {
    const notified = await leaseWorld();
    await notified.active({ hours: 6 });
    await change(notified, spending('notify'));
    await notified.pass(90 * MINUTE);
    await Promise.allSettled([
      notified.service.sweep(),
      notified.service.sweep(),
      notified.service.sweep(),
    ]);
    await notified.sweep(2);
    expect(await read(notified)).toMatchObject({ frozen: false, crossed: [{ percent: 1 }] });
    const crossings = (await eventsOf(notified)).filter(({ kind }) => kind === 'threshold-crossed');
    expect(crossings).toHaveLength(1);
    await notified.close();
  });

  it('with action freeze refuses new leases until the budget is raised above it', async () => {
    const frozen = await leaseWorld();
    const { id: open } = await frozen.active({ hours: 6 });
    await change(frozen, spending('freeze'));
    await frozen.pass(90 * MINUTE);
    await frozen.sweep();
    await expect(frozen.request({}, 'while-frozen')).rejects.toThrow('1 % of');
    expect(await frozen.lease(open)).toMatchObject({ state: 'active' });
    const raised = { ...spending('freeze'), monthlyBudgetMicroUsd: 900_000_000 };
    expect(await change(frozen, raised)).toMatchObject({ body: { frozen: false } });
    await frozen.request({}, 'while-thawed');
    await frozen.close();
  });

  it('with action end ends the account’s open leases as over-budget', async () => {
    const over = await leaseWorld();
    const { id: open } = await over.active({ hours: 6 });
    await change(over, spending('end'));
    await over.pass(90 * MINUTE);
    await over.sweep();
    await over.untilState(open, 'ended');
    expect(await over.lease(open)).toMatchObject({ reason: 'over-budget' });
    await over.sweep();
    const account = await once(over.service.runtime, records).accounts.get(CONSUMER);
    expect(account).toMatchObject({ frozen: true, notes: {} });
    await over.close();
  });
});
