// Long teardowns: whatever the provider does, the lease stays `ending` and is charged while its
// instance is alive, an operator is paged, and the lease ends soon after the instance is gone.

import { describe, expect, it } from 'vitest';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { minutes } from '../../shared/core/base/time.ts';
import type { LogLine } from '../../shared/ports/log.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { marketBetween } from '../support/worlds/market-between.ts';
import { HOUR, type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

/** Destroy calls of the service that reached the provider; those of an instance have status 403. */
const destroys = (world: LeaseWorld) =>
  world.market.requests().filter(({ method, status }) => method === 'DELETE' && status !== 403);

async function endsWithProof(world: LeaseWorld, id: LeaseId): Promise<void> {
  await world.until(async () => {
    const { state } = await world.lease(id);
    if (state === 'ended') expect(world.alive()).toBe(0);
    return state === 'ended';
  }, 3);
  expect(await world.leftovers(id)).toEqual([]);
}

describe('a provider that refuses every destroy', () => {
  it('for three days leaves the lease ending, charged and paged', async () => {
    const sweepEvery = minutes(30);
    // Without the schedule, which would also destroy: only workflow and sweep act.
    const meddle: Meddle = (call, run) =>
      call.name === 'timer-deadline' ? Promise.resolve('early') : run();
    const lines: LogLine[] = [];
    const log = (line: LogLine) => void lines.push(line);
    const world = await leaseWorld({ meddle, freshMenu: false, sweepEvery, log });
    const { id } = await world.active({ silenceLimitSeconds: 3_600 });
    world.market.addFault({ name: 'refuse-destroy', forMs: 72 * HOUR });
    world.market.addFault({ name: 'refuse-own-key' });
    await world.release(id);
    const from = world.clock.now();
    await world.pass(70 * HOUR);
    expect((await world.lease(id)).state).toBe('ending');
    expect(world.alive()).toBe(1);
    const { pages } = await world.sweep();
    expect(pages).toContainEqual(expect.stringContaining('takes more than an hour'));
    // A page is a line of the log, which an alarm watches; each sweep repeats it.
    const paged = lines.filter(({ kind }) => kind === 'page').map(({ message }) => message);
    expect(paged.filter((message) => message?.includes(id)).length).toBeGreaterThan(100);

    const before = destroys(world).length;
    await world.pass(HOUR);
    const perHour = destroys(world).length - before;
    expect(perHour).toBeGreaterThanOrEqual(3);
    expect(perHour).toBeLessThanOrEqual(5);

    await endsWithProof(world, id);
    expect(world.clock.now() - from).toBeLessThan(72 * HOUR + 20 * MINUTE);
    const lease = await world.lease(id);
    const rate = lease.attempts[0]?.offer.gpuMicroUsdPerHour ?? 0;
    expect(lease).toMatchObject({ reason: 'released' });
    if (lease.state === 'ended') expect(lease.chargedMicroUsd).toBeGreaterThan(71 * rate);
    expect(lease.generation).toBeGreaterThan(1);
    expect(lease.generation).toBeLessThan(6);
    await world.close();
  }, 180_000);

  it('as rate-limited is named in the events', async () => {
    const world = await leaseWorld({ sweepEvery: minutes(1) });
    const { id } = await world.active();
    world.market.addFault({ name: 'rate-limit', operation: 'destroy', forMs: HOUR });
    await world.release(id);
    await world.pass(HOUR);
    await endsWithProof(world, id);
    const { body } = await world.ask('readEvents', { params: { id } });
    expect(JSON.stringify(body)).toContain('it may still run: RateLimited');
    await world.close();
  });

  it('because the key is invalid is named in the events and in the sweep record', async () => {
    const world = await leaseWorld({ sweepEvery: minutes(1) });
    const { id } = await world.active();
    world.market.addFault({ name: 'bad-key', forMs: HOUR });
    await world.release(id);
    await world.pass(30 * MINUTE);
    const { body } = await world.ask('readEvents', { params: { id } });
    expect(JSON.stringify(body)).toContain('it may still run: Unauthorised');
    expect(await world.sweep()).toMatchObject({ failure: expect.stringContaining('Unauthorised') });
    await endsWithProof(world, id);
    await world.close();
  });
});

describe('an instance that reappears', () => {
  it('after its destroy was accepted is destroyed again, with an event', async () => {
    const world = await leaseWorld({ sweepEvery: minutes(1) });
    const { id } = await world.active();
    world.market.addFault({ name: 'zombie', forMs: HOUR, times: 1 });
    world.market.addFault({ name: 'refuse-own-key' });
    await world.release(id);
    await endsWithProof(world, id);
    expect(await world.eventTypes(id)).toContain('instance-still-present');
    await world.close();
  });

  it('after a listing missed it is not proved absent', async () => {
    const world = await leaseWorld({ sweepEvery: minutes(1) });
    const { id } = await world.active();
    world.market.addFault({ name: 'zombie', forMs: HOUR, times: 1 });
    world.market.addFault({ name: 'refuse-own-key' });
    await world.release(id);
    await world.until(async () => (await world.eventTypes(id)).includes('destroy-accepted'));
    world.market.addFault({ name: 'stale-list', forMs: 6 * HOUR, times: 2 });
    await endsWithProof(world, id);
    await world.close();
  });

  it('after three 404 replies to destroy is still destroyed', async () => {
    let denials = 0;
    const between = marketBetween(async ({ method, when }) => {
      if (method !== 'DELETE' || when !== 'before' || denials >= 3) return undefined;
      denials += 1;
      return { status: 404, body: { success: false, error: 'no_such_instance' } };
    });
    const options = { sweepEvery: minutes(1), between: between.front };
    const world = await leaseWorld(options);
    const { id } = await world.active();
    world.market.addFault({ name: 'refuse-own-key' });
    await world.release(id);
    await endsWithProof(world, id);
    expect(denials).toBe(3);
    const { body } = await world.ask('readEvents', { params: { id } });
    expect(JSON.stringify(body)).toContain('the provider does not know the instance');
    expect(await world.eventTypes(id)).toContain('instance-still-present');
    between.close();
    await world.close();
  });

  it('after it was proved absent is destroyed by the sweep, and paged', async () => {
    const pages: unknown[] = [];
    const log = ({ kind, message }: LogLine) => void (kind === 'page' && pages.push(message));
    const world = await leaseWorld({ sweepEvery: minutes(1), log });
    const { id } = await world.active();
    world.market.addFault({ name: 'zombie', forMs: 2 * HOUR, times: 1 });
    world.market.addFault({ name: 'refuse-own-key' });
    await world.release(id);
    await world.until(async () => (await world.eventTypes(id)).includes('destroy-accepted'), 1);
    // A lie that nothing shows: lists and reads of a colleague's account, which has the same id.
    world.market.addFault({ name: 'other-account', variant: 1 });
    await world.untilState(id, 'ended', 1);
    expect(world.alive()).toBe(1);
    world.market.clearFaults();
    world.market.addFault({ name: 'refuse-own-key' });
    const from = world.clock.now();
    await world.until(async () => world.alive() === 0, 1);
    // No lease is open, so the sweep runs every five minutes.
    expect(world.clock.now() - from).toBeLessThanOrEqual(6 * MINUTE);
    expect(await world.eventTypes(id)).toContain('orphan-found');
    expect(pages).toContainEqual(expect.stringContaining('destroying orphaned instances'));
    await world.close();
  });
});
