// Whose instance it is, when the market's responses about it are wrong: labels that are rewritten
// or cut, and numbers of other instances. Each test asks the market what is alive there.

import { describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

/** The ids of the instances that exist at the market and that this deployment created. */
const ownAlive = ({ market }: LeaseWorld): readonly string[] =>
  market.instances().flatMap(({ id, alive, foreign }) => (alive && !foreign ? [id] : []));

/** Waits for the end of the lease; no instance of it exists then. */
async function endsOnlyWhenGone(world: LeaseWorld, id: LeaseId): Promise<void> {
  await world.until(async () => {
    const { state } = await world.lease(id);
    if (state === 'ended') expect(ownAlive(world)).toEqual([]);
    return state === 'ended';
  });
}

describe('a label that the provider rewrites', () => {
  it.each([0, 1, 2])(
    'as variant %i does not hide an instance whose birth is known',
    async (variant) => {
      const world = await leaseWorld();
      const { id } = await world.active();
      world.market.addFault({ name: 'rewritten-label', variant });
      expect((await world.sweep(3)).counts).toEqual({});
      await world.release(id);
      await endsOnlyWhenGone(world, id);
      await world.close();
    },
  );

  it('during an unanswered create keeps the lease from ending, and pages', async () => {
    const world = await leaseWorld();
    world.market.addFault({ name: 'drop-after-effect', operation: 'create', times: 1 });
    world.market.addFault({ name: 'rewritten-label', forMs: 2 * HOUR });
    world.market.addFault({ name: 'refuse-own-key' });
    const id = await world.request();
    await world.until(async () => ownAlive(world).length > 0);
    await world.release(id);
    await world.pass(HOUR);
    expect(await world.lease(id)).toMatchObject({ state: 'ending' });
    expect(ownAlive(world)).toHaveLength(1);
    expect((await world.sweep()).pages).toContainEqual(expect.stringMatching(/^doubtful: /));
    const doubts = (await world.eventTypes(id)).filter((type) => type === 'instance-doubtful');
    expect(doubts).toHaveLength(1);
    await endsOnlyWhenGone(world, id);
    await world.close();
  });
});

describe('a label that the provider cuts', () => {
  it.each([0, 1])('as variant %i does not hide the instance', async (variant) => {
    const world = await leaseWorld();
    world.market.addFault({ name: 'cut-label', variant });
    const { id } = await world.active();
    await world.release(id);
    await endsOnlyWhenGone(world, id);
    await world.close();
  });

  it('still identifies the instance of an unanswered create', async () => {
    const world = await leaseWorld();
    world.market.addFault({ name: 'drop-after-effect', operation: 'create', times: 1 });
    world.market.addFault({ name: 'cut-label' });
    const { id } = await world.active();
    expect(ownAlive(world)).toHaveLength(1);
    await world.release(id);
    await endsOnlyWhenGone(world, id);
    await world.close();
  });
});

describe("a create that responds with another instance's number", () => {
  it('leaves that instance alone and finds its own', async () => {
    const world = await leaseWorld();
    const stranger = world.market.addForeignInstance();
    await world.pass(10 * MINUTE);
    world.market.addFault({ name: 'wrong-id', times: 1 });
    const { id, instanceId } = await world.active();
    expect(ownAlive(world)).toEqual([instanceId]);
    await world.release(id);
    await endsOnlyWhenGone(world, id);
    expect(world.lives(stranger)).toBe(true);
    await world.close();
  });

  it.each([0, 10 * MINUTE])(
    'leaves that instance alone when the lease is released at once, and it is %i ms old',
    async (age) => {
      const world = await leaseWorld();
      const stranger = world.market.addForeignInstance();
      await world.pass(age);
      world.market.addFault({ name: 'wrong-id', times: 1 });
      // If it ended itself, no listing would show which instance is ours.
      world.market.addFault({ name: 'refuse-own-key' });
      const id = await world.request();
      await world.until(async () => (await world.lease(id)).state === 'booting');
      await world.release(id);
      await endsOnlyWhenGone(world, id);
      expect(world.lives(stranger)).toBe(true);
      await world.close();
    },
  );

  it('finds its own instance when no instance has that number', async () => {
    const world = await leaseWorld();
    world.market.addFault({ name: 'wrong-id', times: 1 });
    const id = await world.request();
    await world.until(async () => (await world.lease(id)).state === 'booting');
    await world.release(id);
    await endsOnlyWhenGone(world, id);
    await world.close();
  });
});

describe('a number that the provider uses again', () => {
  it('does not make the new instance ours, and does not keep the lease from ending', async () => {
    const world = await leaseWorld();
    const { id, instanceId } = await world.active();
    await world.pass(20 * MINUTE);
    world.market.addFault({ name: 'reused-id', instanceId });
    await world.release(id);
    await world.untilState(id, 'ended', 1);
    const reused = world.market.instances().filter((each) => each.id === instanceId);
    expect(reused.map(({ alive, foreign }) => ({ alive, foreign }))).toContainEqual({
      alive: true,
      foreign: true,
    });
    await world.close();
  });
});
