// A snapshot of the menu that is damaged in the blob store ends no lease.

import { describe, expect, it } from 'vitest';
import { firstProvider } from '../../local/markets.ts';
import { snapshotKey } from '../../shared/adapters/dynamodb/schema.ts';
import { table } from '../../shared/app/parts.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';

async function damage({ service: { runtime } }: LeaseWorld): Promise<void> {
  const pointer = await table(runtime, 'inventory').get(snapshotKey(firstProvider));
  await runtime.blobs?.put(`snapshots/${firstProvider}/${pointer?.['version']}`, Buffer.from('x'));
}

describe('a damaged snapshot', () => {
  it('ends no new lease: the one before is used', async () => {
    const world = await leaseWorld();
    await world.pass(1_000);
    await world.service.refresh();
    await damage(world);
    const { id } = await world.active();
    expect(await world.eventTypes(id)).not.toContain('lease-ending');
    await world.end(id);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('without one before ends no new lease, which waits for the next refresh', async () => {
    const world = await leaseWorld({ freshMenu: false });
    await damage(world);
    const id = await world.request();
    await world.pass(20_000);
    expect((await world.lease(id)).state).toBe('requested');
    await world.service.refresh();
    await world.untilState(id, 'active');
    await world.close();
  });
});
