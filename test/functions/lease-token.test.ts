// The route of nodes takes no AWS signature, so anybody may send to it: a token that is not ours
// costs no call of the database or of the workflow.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { brandId, LeaseId } from '../../shared/core/base/ids.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';

const calls: string[] = [];
let world: LeaseWorld;
let id: LeaseId;

beforeAll(async () => {
  const record = (call: string) => void calls.push(call);
  world = await leaseWorld({ onDatabaseCall: record, onWorkflowCall: record });
  id = brandId(LeaseId, (await world.active()).id);
});
afterAll(() => world.close());

async function heartbeat(authorization: string) {
  calls.length = 0;
  const headers = { authorization };
  const { status } = await world.service.call('recordNodeHeartbeat', {
    headers,
    body: { number: 9_999_999_999 },
  });
  return { status, calls: [...calls] };
}

it.each([
  ['is missing', () => ''],
  ['is not of our form', () => 'Bearer x'],
  ['names a lease that exists, with a wrong mac', () => `Bearer v1.${id}.1.${'0'.repeat(32)}`],
])('reads and writes nothing for a token that %s', async (_, authorization) => {
  expect(await heartbeat(authorization())).toEqual({ status: 403, calls: [] });
});

it('reads the lease for a token of ours', async () => {
  const token = world.market.instances()[0]?.env['GPU_SHOPPER_LEASE_TOKEN'];
  const accepted = await heartbeat(`Bearer ${token}`);
  expect(accepted.status).toBe(200);
  expect(accepted.calls).not.toEqual([]);
});
