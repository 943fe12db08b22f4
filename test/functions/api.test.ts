// The API's handlers, called with the events API Gateway makes: who may see what, what is refused
// and how the refusal is worded, and what never comes out.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { LARGE_MARKET, type LeaseWorld, leaseWorld, STRANGER } from '../support/worlds/lease.ts';

const KEY = `ssh-ed25519 ${'A'.repeat(68)} test@laptop`;

type Problem = { type: string; detail: string; field?: string; limit?: string; retryable: boolean };

let world: LeaseWorld;
let id: LeaseId;
beforeAll(async () => {
  const env = { GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: '20000000' };
  world = await leaseWorld({ ...LARGE_MARKET, env });
  id = await world.request({ env: { WANDB_TOKEN: 'canary-in-env' } });
  await world.untilState(id, 'active');
});
afterAll(() => world.close());

const ask = (body: object, key = 'a-fresh-key-1') =>
  world.ask('requestLease', { headers: { 'idempotency-key': key }, body });

describe('a consumer', () => {
  it.each(['readLease', 'readEvents', 'recordHeartbeat', 'releaseLease'] as const)(
    'finds no lease of another by %s',
    async (route) => {
      const reply = await world.ask(route, { params: { id }, userArn: STRANGER });
      expect(reply.status).toBe(404);
      expect((await world.lease(id)).state).toBe('active');
    },
  );

  it('is its role, whatever session name it takes', async () => {
    const userArn = 'arn:aws:sts::123456789012:assumed-role/trainer/another-session';
    const reply = await world.ask('readLease', { params: { id }, userArn });
    expect(reply).toMatchObject({ status: 200, body: { id, state: 'active' } });
  });

  it('without an identity is refused everywhere', async () => {
    const reply = await world.service.call('readLease', { params: { id } });
    expect(reply).toMatchObject({
      status: 403,
      body: { type: 'urn:gpu-shopper:problem:Forbidden' },
    });
  });

  it.each([
    [{ 'X-Amz-Signature': 'f00', 'X-Amz-Expires': '60', 'X-Amz-Security-Token': 'a' }, 200],
    [{ 'x-amz-algorithm': 'AWS4-HMAC-SHA256', 'x-amz-signedheaders': 'host' }, 200],
    [{ 'X-Amz-Signature': 'f00', 'X-Amz-Limit': '1' }, 400],
    [{ 'X-Amz-Signature': 'f00', limits: '1' }, 400],
  ])(
    'may leave a presigned signature in the query, and nothing else: %j',
    async (query, status) => {
      expect(await world.ask('listOffers', { query })).toMatchObject({ status });
    },
  );

  it('gets the lease it asked for with the same key and body', async () => {
    const body = { sshPublicKey: KEY, gpuNames: ['RTX 4090'], env: { A: '1', B: '2' } };
    const first = await ask(body, 'one-key-twice');
    const again = await ask({ ...body, env: { B: '2', A: '1' } }, 'one-key-twice');
    expect(again.body).toMatchObject({ id: (first.body as { id: string }).id });
  });

  it('gets a conflict for the same key with another body', async () => {
    await ask({ sshPublicKey: KEY, hours: 1 }, 'one-key-two-bodies');
    const reply = await ask({ sshPublicKey: KEY, hours: 2 }, 'one-key-two-bodies');
    expect(reply).toMatchObject({ status: 409, body: { field: 'Idempotency-Key' } });
  });
});

describe('a bad request', () => {
  const good = { sshPublicKey: KEY };
  it.each([
    ['hours', { ...good, hours: 0 }],
    ['hours', { ...good, hours: 13 }],
    ['ceilingMicroUsdPerHour', { ...good, ceilingMicroUsdPerHour: 0 }],
    ['ceilingMicroUsdPerHour', { ...good, ceilingMicroUsdPerHour: 1.5 }],
    ['sshPublicKey', {}],
    ['sshPublicKey', { sshPublicKey: '-----BEGIN OPENSSH PRIVATE KEY-----' }],
    ['image', { ...good, image: 'an image with spaces' }],
    ['env.1BAD', { ...good, env: { '1BAD': 'x' } }],
    ['env', { ...good, env: { GPU_SHOPPER_LEASE_TOKEN: 'mine' } }],
    ['env', { ...good, env: { GPU_SHOPPER_JOB_ID: 'two words' } }],
    ['startScript', { ...good, startScript: 'x'.repeat(3_000) }],
    ['startScript', { ...good, startScript: 'x'.repeat(1_600 - KEY.length + 1) }],
    ['gpuCount', { ...good, gpuCount: '1' }],
    ['colour', { ...good, colour: 'red' }],
    ['silenceLimitSeconds', { ...good, silenceLimitSeconds: 59 }],
  ])('names the field %s and changes nothing', async (field, body) => {
    const before = world.service.engine.running().length;
    const reply = await ask(body);
    expect(reply.status).toBe(400);
    expect((reply.body as Problem).field).toBe(field);
    expect((reply.body as Problem).detail.length).toBeGreaterThan(field.length + 5);
    expect((reply.body as Problem).retryable).toBe(false);
    expect(world.service.engine.running().length).toBe(before);
  });

  it('without an Idempotency-Key names the header', async () => {
    const reply = await world.ask('requestLease', { body: { sshPublicKey: KEY } });
    expect(reply).toMatchObject({ status: 400, body: { field: 'Idempotency-Key' } });
  });

  it('over a limit of the account names the limit and creates nothing', async () => {
    const reply = await ask(
      { sshPublicKey: KEY, ceilingMicroUsdPerHour: 50_000_000 },
      'too-dear-1',
    );
    expect(reply.status).toBe(402);
    expect((reply.body as Problem).limit).toBe('monthly-budget');
  });
});

describe('what is write-only', () => {
  it('comes out in no answer and no event, and leaves the lease once it serves', async () => {
    const lease = await world.ask('readLease', { params: { id } });
    const events = await world.ask('readEvents', { params: { id } });
    expect(JSON.stringify([lease.body, events.body])).not.toContain('canary');
    expect(JSON.stringify(await world.lease(id))).not.toContain('canary');
  });

  it('is the lease token and the tag too', async () => {
    const lease = await world.ask('readLease', { params: { id } });
    const { attempts } = await world.lease(id);
    expect(JSON.stringify(lease.body)).not.toContain(attempts[0]?.tag);
  });
});

describe('an instance', () => {
  const heartbeat = (token: string) =>
    world.service.call('recordNodeHeartbeat', {
      headers: { authorization: `Bearer ${token}` },
      body: {},
    });

  it('with a forged token is refused', async () => {
    const reply = await heartbeat(`v1.${id}.1.${'0'.repeat(32)}`);
    expect(reply.status).toBe(403);
  });

  it('without a token is refused', async () => {
    const reply = await world.service.call('recordNodeHeartbeat', { body: {} });
    expect(reply.status).toBe(403);
  });
});

describe('the menu', () => {
  it('is read without a call to any provider', async () => {
    // The steps of earlier requests call the market until they wait.
    await world.until(async () => true);
    const before = world.market.requests().length;
    const reply = await world.ask('listOffers', { query: { limit: '300' } });
    expect((reply.body as { offers: object[] }).offers.length).toBeGreaterThan(100);
    expect(world.market.requests().length).toBe(before);
  });
});
