// What a sweep does for leases whose instance, workflow or wake was lost, and for holds and
// outboxes: each lease still ends, for the right reason, with nothing left.

import { describe, expect, it } from 'vitest';
import { handler as executionEnded } from '../../functions/event-execution-ended.ts';
import { books } from '../../shared/app/lease.ts';
import { once, within } from '../../shared/app/runtime.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { microUsd, microUsdPerHour } from '../../shared/core/base/money.ts';
import { after as afterwards, epochMs, minutes, monthOf } from '../../shared/core/base/time.ts';
import { addEvent } from '../../shared/core/lease/lease-moves.ts';
import { aLeaseId } from '../support/builders/base.ts';
import { CONSUMER, LARGE_MARKET, type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { marketBetween } from '../support/worlds/market-between.ts';
import { isStep, type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

const sweepEvery = minutes(1);

async function endsAs(world: LeaseWorld, id: LeaseId, reason: string): Promise<void> {
  await world.untilState(id, 'ended', 3);
  expect(await world.lease(id)).toMatchObject({ reason });
  expect(await world.leftovers(id)).toEqual([]);
}

describe('an active lease', () => {
  it('whose instance vanished ends as lost after the third sweep', async () => {
    const world = await leaseWorld({ sweepEvery });
    const { id } = await world.active({ silenceLimitSeconds: 3_600 });
    const from = world.clock.now();
    world.market.vanish(world.market.instances()[0]?.id ?? '');
    await world.untilState(id, 'ending', 1);
    expect(world.clock.now() - from).toBeLessThanOrEqual(3.5 * MINUTE);
    await endsAs(world, id, 'lost');
    expect(await world.lease(id)).toMatchObject({ chargedMicroUsd: expect.any(Number) });
    await world.close();
  });

  it('whose instance one listing misses stays active', async () => {
    const world = await leaseWorld();
    const { id } = await world.active({ silenceLimitSeconds: 3_600 });
    world.market.addFault({ name: 'stale-list', forMs: 60 * MINUTE, times: 1 });
    expect((await world.sweep()).counts).toEqual({ 'ghost-seen': 1 });
    expect(await world.sweep(2)).toMatchObject({ counts: {}, sightings: {} });
    expect(await world.lease(id)).toMatchObject({ state: 'active' });
    await world.close();
  });

  it('whose instance the provider finds by id stays active when listings miss it', async () => {
    const world = await leaseWorld();
    const { id } = await world.active({ silenceLimitSeconds: 3_600 });
    world.market.addFault({ name: 'stale-list', forMs: 60 * MINUTE });
    expect((await world.sweep(4)).counts).toEqual({ ghost: 1 });
    expect(await world.lease(id)).toMatchObject({ state: 'active' });
    await world.close();
  });

  it('whose instance the provider stopped ends as interrupted within one sweep', async () => {
    const world = await leaseWorld({ sweepEvery });
    const { id } = await world.active({ silenceLimitSeconds: 3_600 });
    const from = world.clock.now();
    world.market.interrupt(world.market.instances()[0]?.id ?? '');
    await world.untilState(id, 'ending', 1);
    expect(world.clock.now() - from).toBeLessThanOrEqual(MINUTE);
    await endsAs(world, id, 'interrupted');
    await world.close();
  });

  it('past its deadline ends although its workflow hangs and its schedule fails', async () => {
    let lost = false;
    const meddle: Meddle = (call, run) => {
      if (call.name === 'timer-deadline') return Promise.reject(new Error('no schedule'));
      const { generation } = call.payload as { generation?: number };
      return lost && generation === 1 ? 'hang' : run();
    };
    const world = await leaseWorld({ meddle, sweepEvery });
    const { id } = await world.active({ hours: 1 });
    lost = true;
    const { deadline } = await world.lease(id);
    await world.until(async () => world.alive() === 0, 2);
    expect(world.clock.now() - deadline).toBeLessThanOrEqual(3 * MINUTE);
    await endsAs(world, id, 'expired');
    await world.close();
  });
});

describe('the sweep alone', () => {
  it('destroys an instance although workflow, schedule and two destroys fail', async () => {
    let lost = false;
    const meddle: Meddle = (call, run) => {
      if (call.name === 'timer-deadline') return Promise.reject(new Error('no schedule'));
      return lost && isStep(call.name) ? 'hang' : run();
    };
    const world = await leaseWorld({ meddle, ...LARGE_MARKET, sweepEvery });
    const { id } = await world.active({ hours: 1 });
    lost = true;
    world.market.addFault({ name: 'refuse-destroy', times: 2 });
    const { deadline } = await world.lease(id);
    await world.until(async () => world.alive() === 0, 3);
    expect(world.clock.now() - deadline).toBeLessThanOrEqual(50 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ state: 'ending', reason: 'expired' });
    await world.close();
  });
});

describe('a lease without a running workflow', () => {
  it('gets its first execution when the request crashed before starting it', async () => {
    let broken = true;
    const world = await leaseWorld({
      sweepEvery,
      onWorkflowCall: (call) => {
        if (broken && call === 'StartExecution') throw new Error('cut off');
      },
    });
    const key = 'a-key-of-the-test';
    await expect(world.request({}, key)).rejects.toThrow();
    broken = false;
    const [lease] = await once(world.service.runtime, books).leases.open();
    const id = lease?.id ?? aLeaseId();
    await world.untilState(id, 'active', 1);
    expect(await world.eventTypes(id)).toContain('workflow-restarted');
    expect(await world.request({}, key)).toBe(id);
    await world.release(id);
    await endsAs(world, id, 'released');
    await world.close();
  });

  it('continues in a new execution when the first one was aborted', async () => {
    const world = await leaseWorld();
    const { id } = await world.active();
    const event = { detail: { name: `${id}-1`, status: 'ABORTED' } };
    const run = () =>
      within(world.service.runtime, () => executionEnded(event, { functionName: 'test' } as never));
    await run();
    await run();
    const { generation, deadline } = await world.lease(id);
    expect(generation).toBe(2);
    await world.until(async () => world.service.engine.running().length === 1);
    await world.pass(5 * MINUTE);
    expect(await world.lease(id)).toMatchObject({ state: 'active', deadline });
    await world.release(id);
    await endsAs(world, id, 'released');
    expect(world.market.instances()).toHaveLength(1);
    await world.close();
  });

  it('is woken again when the wake of its release was lost', async () => {
    let broken = false;
    const world = await leaseWorld({
      sweepEvery,
      onWorkflowCall: (call) => {
        if (broken && call === 'SendTaskSuccess') throw new Error('cut off');
      },
    });
    const { id } = await world.active();
    broken = true;
    await expect(world.release(id)).rejects.toThrow();
    broken = false;
    const from = world.clock.now();
    await endsAs(world, id, 'released');
    expect(world.clock.now() - from).toBeLessThan(5 * MINUTE);
    expect((await world.lease(id)).generation).toBe(1);
    await world.close();
  });

  it('is restarted when a step makes no progress in time', async () => {
    const meddle: Meddle = (call, run) => {
      const { generation } = call.payload as { generation?: number };
      const stuck = call.name === 'end' && generation === 1;
      return stuck ? Promise.reject(new Error('stuck')) : run();
    };
    const world = await leaseWorld({ meddle, sweepEvery });
    const { id } = await world.active({ hours: 5 });
    await world.release(id);
    await endsAs(world, id, 'released');
    expect((await world.lease(id)).generation).toBe(2);
    await world.close();
  });

  it('gets its outbox applied by the sweep', async () => {
    const world = await leaseWorld();
    const { id } = await world.active();
    const { leases } = once(world.service.runtime, books);
    const lease = await world.lease(id);
    const now = epochMs(world.clock.now());
    const changed = addEvent(lease, { type: 'cut-off', reason: 'before it was applied' }, now);
    await leases.commit({ ...changed, version: lease.version + 1 });
    expect((await world.sweep()).counts).toEqual({ 'pending-outbox': 1 });
    expect((await world.lease(id)).outbox.events).toEqual([]);
    await world.close();
  });
});

describe('a hold', () => {
  const placeHold = (world: LeaseWorld, leaseId: LeaseId) => {
    const now = epochMs(world.clock.now());
    const amountMicroUsd = microUsd(5_000_000);
    const rateMicroUsdPerHour = microUsdPerHour(2_000_000);
    const { accounts } = once(world.service.runtime, books);
    const { limits: defaults } = world.service.runtime.config;
    const wanted = { providers: [], gpuNames: [] };
    const hold = { amountMicroUsd, rateMicroUsdPerHour, month: monthOf(now), placedAt: now };
    return accounts.place({ consumer: CONSUMER, leaseId, hold, wanted, defaults });
  };

  it('without a lease is released, and a cancelled lease takes its place', async () => {
    const world = await leaseWorld();
    const id = aLeaseId('q');
    await placeHold(world, id);
    expect((await world.sweep(2)).counts).toEqual({});
    expect((await world.sweep()).counts).toEqual({ 'hold-without-lease': 1 });
    expect(await world.lease(id)).toMatchObject({ state: 'ended', reason: 'cancelled' });
    expect(await world.eventTypes(id)).toEqual(['lease-requested', 'lease-ending', 'lease-ended']);
    expect(await world.leftovers(id)).toEqual([]);
    expect((await world.sweep()).counts).toEqual({});
    await world.close();
  });

  it('that a late repeat of its request places after settlement is released', async () => {
    const world = await leaseWorld();
    const { id } = await world.active();
    await world.pass(10 * MINUTE);
    await world.end(id);
    await placeHold(world, id);
    expect((await world.sweep(3)).counts).toEqual({ 'hold-of-closed-lease': 1 });
    // The account's charges are compared with the lease: nothing is charged twice.
    expect(await world.leftovers(id)).toEqual([]);
    expect((await world.sweep()).counts).toEqual({});
    await world.close();
  });
});

describe('two sweeps at once', () => {
  it('act once on each finding', async () => {
    const world = await leaseWorld();
    const { id } = await world.active();
    const planted = [world.plant({ leaseId: id }), world.plant()];
    await world.sweep();
    await world.pass(MINUTE);
    await Promise.allSettled([world.service.sweep(), world.service.sweep()]);
    expect(planted.some(world.lives)).toBe(false);
    expect((await world.eventTypes(id)).filter((type) => type === 'twin-found')).toHaveLength(1);
    await world.release(id);
    await endsAs(world, id, 'released');
    await world.close();
  });
});

describe('an instance whose create call is in progress', () => {
  it.each(['before', 'after'])('survives sweeps just %s the call takes effect', async (when) => {
    let world: LeaseWorld | undefined;
    let swept = 0;
    const between = marketBetween(async ({ method, path, when: moment }) => {
      if (method !== 'PUT' || !path.includes('/asks/') || moment !== when) return undefined;
      for (let n = 0; n < 3; n += 1) await world?.duringCall(world.service.sweep);
      swept += 1;
      return undefined;
    });
    const market = { listLagMs: 0 };
    world = await leaseWorld({ between: between.front, sweepEvery, market });
    const { id } = await world.active();
    expect(swept).toBe(1);
    expect(world.market.instances()).toHaveLength(1);
    expect(await world.eventTypes(id)).not.toContain('twin-found');
    await world.release(id);
    await endsAs(world, id, 'released');
    between.close();
    await world.close();
  });

  it('survives sweeps while it is searched for after a lost reply', async () => {
    const world = await leaseWorld({ sweepEvery });
    world.market.addFault({ name: 'drop-after-effect', operation: 'create', times: 1 });
    world.market.addFault({ name: 'stale-list', forMs: 2 * MINUTE, times: 8 });
    const { id } = await world.active();
    expect(world.market.instances()).toHaveLength(1);
    const { attempts, deadline } = await world.lease(id);
    expect(attempts).toHaveLength(1);
    expect(deadline).toBeGreaterThan(afterwards(epochMs(world.clock.now()), minutes(50)));
    await world.close();
  });
});
