// Attesting that no instance of a lease is left, where nothing can prove it: only operators can,
// the records say so, and the sweep goes on looking for the tag.

import { describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { type LeaseWorld, leaseWorld, OPERATOR } from '../support/worlds/lease.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

const attest = (world: LeaseWorld, id: LeaseId, userArn = OPERATOR) =>
  world.ask('attestLease', { params: { id }, body: { why: 'the account is closed' }, userArn });

/** A lease that can't be proved gone: its account is closed, and another one answers. */
async function unprovable(world: LeaseWorld): Promise<LeaseId> {
  const { id } = await world.active();
  world.market.addFault({ name: 'other-account' });
  await world.release(id);
  await world.pass(HOUR);
  expect(await world.lease(id)).toMatchObject({ state: 'ending' });
  return id;
}

describe('an attestation', () => {
  it('ends a lease that nothing can prove gone, and is never called a proof', async () => {
    const world = await leaseWorld();
    const id = await unprovable(world);
    expect(await attest(world, id)).toMatchObject({ status: 200, body: { state: 'ending' } });
    await world.untilState(id, 'ended', 1);
    const { body } = await world.ask('readLease', { params: { id } });
    expect(body).toMatchObject({
      absenceProof: {
        ...{ by: 'attested', who: '123456789012/operator', why: 'the account is closed' },
      },
    });
    const types = await world.eventTypes(id);
    expect(types).toContain('absence-attested');
    expect(types).not.toContain('absence-proved');
    await world.close();
  });

  it('does not stop the sweep from destroying the instance when it can be seen again', async () => {
    const world = await leaseWorld();
    const id = await unprovable(world);
    await attest(world, id);
    await world.untilState(id, 'ended', 1);
    expect(world.alive()).toBe(1);
    world.market.clearFaults();
    world.market.addFault({ name: 'refuse-own-key' });
    expect((await world.sweep()).counts).toEqual({ orphan: 1 });
    expect(world.alive()).toBe(0);
    expect(await world.eventTypes(id)).toContain('orphan-found');
    await world.close();
  });

  it('changes no lease that has not started to end, and none that is proved gone', async () => {
    const world = await leaseWorld();
    const { id } = await world.active();
    expect(await attest(world, id)).toMatchObject({ status: 409 });
    expect(await world.lease(id)).toMatchObject({ state: 'active' });
    await world.end(id);
    expect(await attest(world, id)).toMatchObject({
      ...{ status: 200, body: { absenceProof: { by: 'listings' } } },
    });
    await world.pass(MINUTE);
    await world.close();
  });
});

describe('another account of a provider', () => {
  it('is used only after an operator has added it', async () => {
    const world = await leaseWorld();
    await world.end((await world.active()).id);
    world.market.addFault({ name: 'other-account' });
    const id = await world.request();
    await world.pass(30_000);
    expect(await world.lease(id)).toMatchObject({ attempts: [] });
    const reply = await world.ask('addProviderAccount', {
      params: { provider: 'vastai' },
      body: { account: '654321', why: 'we moved' },
      userArn: OPERATOR,
    });
    expect(reply).toMatchObject({
      status: 200,
      body: { accounts: [{ id: '123456' }, { id: '654321', by: '123456789012/operator' }] },
    });
    await world.untilState(id, 'active', 1);
    expect(await world.lease(id)).toMatchObject({ attempts: [{ account: { id: '654321' } }] });
    await world.close();
  });
});
