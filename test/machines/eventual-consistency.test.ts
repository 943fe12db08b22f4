// What AWS shows late: indexes lag behind their tables, lists of executions behind the executions.
// The sweep takes neither for a lease that is gone or an execution that is lost.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seconds } from '../../shared/core/base/time.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';

let world: LeaseWorld;
beforeEach(async () => {
  world = await leaseWorld();
});
afterEach(() => world.close());

describe('a lease that the indexes do not show yet', () => {
  it('keeps its instance through sweeps, and ends proved and settled', async () => {
    await world.database.holdIndexes();
    const { id } = await world.active();
    expect(await world.sweep(3)).toMatchObject({ failure: null, open: 0, pages: [] });
    expect(await world.lease(id)).toMatchObject({ state: 'active' });
    expect(world.alive()).toBe(1);
    await world.end(id);
    await world.database.releaseIndexes();
    expect(await world.leftovers(id)).toEqual([]);
  });
});

describe('a lease that has ended while the indexes still show it', () => {
  it('is left alone by the sweep', async () => {
    const { id } = await world.active();
    await world.database.holdIndexes();
    await world.end(id);
    const { version } = await world.lease(id);
    await world.sweep(2);
    expect((await world.lease(id)).version).toBe(version);
  });
});

describe('an execution that the list does not show yet', () => {
  it('is not started again', async () => {
    world.service.stepFunctions.setFaults({ listLag: seconds(30) });
    const { id } = await world.active();
    await world.sweep(3);
    expect(await world.lease(id)).toMatchObject({ state: 'active', generation: 1 });
  });
});
