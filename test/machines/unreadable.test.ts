// One record that can't be read costs no other: a damaged lease item, and odd rows of the
// provider's listings. What was left out is counted and named; an operator is paged when it may be
// ours.

import { describe, expect, it } from 'vitest';
import {
  accountKey,
  freezeKey,
  type Key,
  leaseKey,
  sweepKey,
} from '../../shared/adapters/dynamodb/schema.ts';
import { table } from '../../shared/app/parts.ts';
import { brandId, ConsumerId, type LeaseId } from '../../shared/core/base/ids.ts';
import { booksOf } from '../support/worlds/books.ts';
import { type LeaseWorld, leaseWorld, OPERATOR, STRANGER } from '../support/worlds/lease.ts';
import { endedRun } from '../support/worlds/runs.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

/** Damages the item of the lease, as a mistake of an operator does. */
async function damage({ service }: LeaseWorld, id: LeaseId): Promise<void> {
  const { update } = table(service.runtime, 'leases');
  await update(leaseKey(id), {
    update: 'SET #terms = :number',
    condition: 'attribute_exists(#pk)',
    values: { ':number': 7 },
  });
}

describe('a damaged lease item', () => {
  it('costs no other lease or instance, keeps its own, and pages an operator', async () => {
    const world = await leaseWorld();
    const [damaged, sound] = [await world.active(), await world.active()];
    const orphan = world.plant();
    await damage(world, damaged.id);
    const record = await world.sweep(2);
    expect(record).toMatchObject({ failure: null, counts: { 'unreadable-record': 1 } });
    expect(record.pages).toContainEqual(
      expect.stringMatching(new RegExp(`^unreadable: .*LEASE#${damaged.id} META: terms`)),
    );
    expect([orphan, damaged.instanceId, sound.instanceId].map(world.lives)).toEqual([
      false,
      true,
      true,
    ]);
    await world.end(sound.id);
    expect(world.lives(sound.instanceId)).toBe(false);
    await world.close();
  });

  it('is not attested: the reply says what to do, and its instance lives', async () => {
    const world = await leaseWorld();
    const { id, instanceId } = await world.active();
    await damage(world, id);
    const body = { why: 'its item is damaged' };
    const reply = await world.ask('attestLease', { params: { id }, body, userArn: OPERATOR });
    expect(reply).toMatchObject({
      ...{ status: 409, body: { detail: expect.stringMatching(/terms.*restore the item/) } },
    });
    expect(world.lives(instanceId)).toBe(true);
    await world.close();
  });
});

describe('a damaged account', () => {
  const harm = async ({ service }: LeaseWorld, key: Key, name: 'ledger' | 'inventory') =>
    table(service.runtime, name).update(key, {
      update: `SET ${name === 'ledger' ? '#holds' : '#counts'} = :number`,
      condition: 'attribute_exists(#pk)',
      values: { ':number': 7 },
    });

  it('costs no other: sweeps, reconciliation and verification go on, and name it', async () => {
    const world = await leaseWorld();
    const key = { 'idempotency-key': 'of-a-stranger' };
    const body = { gpuNames: ['RTX 4090'], sshPublicKey: `ssh-ed25519 ${'A'.repeat(68)}` };
    const asked = await world.ask('requestLease', { headers: key, body, userArn: STRANGER });
    const stranger = asked.body as { id: LeaseId };
    await world.untilState(stranger.id, 'active');
    const params = { id: stranger.id };
    await world.ask('releaseLease', { params, userArn: STRANGER });
    await world.untilState(stranger.id, 'ended');
    const { id } = await world.active();
    const orphan = world.plant();
    await harm(world, accountKey(brandId(ConsumerId, '123456789012/other-team')), 'ledger');
    const record = await world.sweep(2);
    expect(record).toMatchObject({ failure: null, counts: { 'unreadable-record': 1 } });
    expect(record.pages).toContainEqual(
      expect.stringMatching(/^unreadable: .*123456789012\/other-team.*holds/),
    );
    expect(world.lives(orphan)).toBe(false);
    await world.end(id);
    await world.pass(25 * HOUR);
    expect((await endedRun(world, 'reconcileCharges')).result).toMatchObject({ leases: 2 });
    const books = booksOf(world);
    expect((await books.verify()).differences).toMatchObject([{ what: 'readable accounts' }]);
    expect((await books.costs({ groupBy: 'consumer' })).groups).toHaveLength(1);
    await world.close();
  });

  it('does not stop sweeps either when it is the record of the last sweep', async () => {
    const world = await leaseWorld();
    const { id } = await world.active();
    await world.sweep();
    await harm(world, sweepKey('vastai'), 'inventory');
    const orphan = world.plant();
    expect(await world.sweep(3)).toMatchObject({ failure: null, open: 1 });
    expect(world.lives(orphan)).toBe(false);
    await world.end(id);
    await world.close();
  });
});

describe('an odd row of the listing', () => {
  it.each([0, 1, 2, 3])(
    "of somebody else's instance, variant %i, costs nothing and pages nobody",
    async (variant) => {
      const world = await leaseWorld();
      const foreign = world.market.addForeignInstance();
      world.market.addFault({ name: 'odd-row', instanceId: foreign, variant });
      const { id } = await world.active();
      const orphan = world.plant();
      const record = await world.sweep(2);
      // NaN is in a field that the adapter does not read.
      const left = variant === 3 ? {} : { 'unreadable-row': 1 };
      expect(record.counts).toEqual({ foreign: 1, unrecorded: 1, ...left });
      expect(record.pages).toEqual([expect.stringContaining('destroying orphaned instances')]);
      await world.end(id);
      expect([world.lives(orphan), world.lives(foreign), world.alive()]).toEqual([false, true, 1]);
      expect(await world.leftovers(id)).toEqual([]);
      await world.close();
    },
  );

  it('of our own instance pages an operator and ends nothing', async () => {
    const world = await leaseWorld();
    const { id, instanceId } = await world.active();
    world.market.addFault({ name: 'odd-row', instanceId, variant: 1 });
    const record = await world.sweep(3);
    expect(record.counts).toMatchObject({ 'unreadable-row': 1 });
    expect(record.pages).toContainEqual(
      expect.stringMatching(new RegExp(`^unreadable: .*instance ${instanceId} .*label`)),
    );
    expect([(await world.lease(id)).state, world.lives(instanceId)]).toEqual(['active', true]);
    await world.close();
  });
});

describe('a damaged freeze', () => {
  it('keeps the leases in its scope from launching, and none from ending', async () => {
    const world = await leaseWorld();
    const serving = await world.active();
    const freezes = table(world.service.runtime, 'leases');
    await freezes.put(freezeKey('ALL'), { acts: 7 }, { condition: 'attribute_not_exists(#pk)' });
    const refused = await world.ask('requestLease', {
      headers: { 'idempotency-key': 'during-the-damage' },
      body: { gpuNames: ['RTX 4090'], sshPublicKey: `ssh-ed25519 ${'A'.repeat(68)}` },
    });
    expect(refused).toMatchObject({ status: 503 });
    expect(world.alive()).toBe(1);
    await world.end(serving.id);
    expect(world.alive()).toBe(0);
    const thaw = { scope: 'all', why: 'the record was damaged' };
    const thawed = await world.ask('thaw', { userArn: OPERATOR, body: thaw });
    expect(thawed).toMatchObject({ status: 200, body: { state: 'thawed' } });
    await world.end((await world.active()).id);
    await world.close();
  });

  it('lets a lease that waits for it be released, and launches it once it is thawed', async () => {
    const world = await leaseWorld();
    const [released, waiting] = [await world.request(), await world.request()];
    const freezes = table(world.service.runtime, 'leases');
    await freezes.put(freezeKey('ALL'), { acts: 7 }, { condition: 'attribute_not_exists(#pk)' });
    await world.pass(MINUTE);
    expect(world.alive()).toBe(0);
    await world.end(released);
    expect(await world.lease(waiting)).toMatchObject({ state: 'requested' });
    await world.ask('thaw', { userArn: OPERATOR, body: { scope: 'all', why: 'it was damaged' } });
    await world.untilState(waiting, 'active');
    await world.end(waiting);
    expect(await world.leftovers(released, waiting)).toEqual([]);
    await world.close();
  });
});
