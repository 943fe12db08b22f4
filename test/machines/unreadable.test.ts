// One record that can't be read costs no other: a damaged lease item, and odd rows of the
// provider's listings. What was left out is counted and named; an operator is paged when it may be
// ours.

import { describe, expect, it } from 'vitest';
import { leaseKey } from '../../shared/adapters/dynamodb/schema.ts';
import { table } from '../../shared/app/parts.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';

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
