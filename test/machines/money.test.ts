// What a lease costs and the effects of that: it is charged only while its instance is known to
// exist, it ends before it costs more than allowed, and the cost of a refused teardown is held at
// once.

import { describe, expect, it } from 'vitest';
import { books } from '../../shared/app/lease.ts';
import { once } from '../../shared/app/runtime.ts';
import { Failure } from '../../shared/core/base/failure.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { microUsd } from '../../shared/core/base/money.ts';
import { minutes } from '../../shared/core/base/time.ts';
import type { Telemetry } from '../../shared/core/instance/telemetry.ts';
import { billOf } from '../../shared/core/lease/lease.ts';
import { presentRate } from '../../shared/core/lease/spend.ts';
import { chargesOf, totalOf } from '../../shared/core/ledger/charge.ts';
import { CONSUMER, type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { HOUR, isStep, type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

const sweepEvery = minutes(1);
/** These leases must not end as silent. */
const PATIENT = { silenceLimitSeconds: 3_600 };

async function ended(world: LeaseWorld, id: LeaseId) {
  await world.untilState(id, 'ended', 30);
  expect(await world.leftovers(id)).toEqual([]);
  const lease = await world.lease(id);
  if (lease.state !== 'ended') throw new Error('not ended');
  const [charge] = chargesOf(billOf(lease), world.clock.now() as never);
  if (charge === undefined) throw new Error('nothing was charged');
  return { lease, charge };
}

const instanceOf = (world: LeaseWorld): string => world.market.instances()[0]?.id ?? '';
const spentAtMarket = (world: LeaseWorld): number => world.market.books().spentMicroUsd;
const entries = (world: LeaseWorld) => once(world.service.runtime, books).ledger.entries(CONSUMER);

describe('an instance that vanished', () => {
  it('is charged until its last heartbeat or listing, never beyond', async () => {
    const world = await leaseWorld({ sweepEvery });
    const { id } = await world.active(PATIENT);
    await world.pass(20 * MINUTE + 17_000);
    const vanishedAt = world.clock.now();
    world.market.vanish(instanceOf(world));
    const { lease, charge } = await ended(world, id);
    expect(lease).toMatchObject({ reason: 'lost', attempts: [{ state: 'gone' }] });
    expect(charge.until).toBeLessThanOrEqual(vanishedAt);
    expect(charge.until).toBeGreaterThan(vanishedAt - 61_000);
    expect(charge.teardownMicroUsd).toBe(0);
    await world.close();
  });

  it('is charged until its last listing when it sends no heartbeats', async () => {
    const world = await leaseWorld({ sweepEvery, phoneHome: false });
    const { id } = await world.active({ ...PATIENT, liveness: 'app' });
    await world.pass(20 * MINUTE + 17_000);
    const vanishedAt = world.clock.now();
    world.market.vanish(instanceOf(world));
    const { charge } = await ended(world, id);
    expect(charge.until).toBeLessThanOrEqual(vanishedAt);
    expect(charge.until).toBeGreaterThan(vanishedAt - 61_000);
    await world.close();
  });

  it('is charged until its first destroy call when the reply to that call was lost', async () => {
    const world = await leaseWorld({ sweepEvery });
    const { id } = await world.active(PATIENT);
    await world.pass(10 * MINUTE);
    world.market.addFault({ name: 'drop-after-effect', operation: 'destroy', times: 1 });
    const releasedAt = world.clock.now();
    await world.release(id);
    const { charge } = await ended(world, id);
    expect(charge.until - releasedAt).toBeLessThan(1_000);
    await world.close();
  });
});

describe('an instance that runs before its lease is active', () => {
  it('is charged from the first sighting of it running', async () => {
    const stuck: Meddle = (call, run) =>
      call.name === 'confirm' ? Promise.reject(new Failure('StoreDown', 'not yet')) : run();
    const world = await leaseWorld({ sweepEvery, meddle: stuck });
    const id = await world.request(PATIENT);
    await world.untilState(id, 'booting');
    await world.pass(10 * MINUTE);
    await world.release(id);
    const { lease, charge } = await ended(world, id);
    expect(lease.activeAt).toBeNull();
    expect(charge.gpuMicroUsd).toBeGreaterThan(0);
    expect(Math.abs(spentAtMarket(world) - lease.chargedMicroUsd)).toBeLessThan(2_000);
    await world.close();
  });
});

/**
 * An instance that receives this much each minute; its counters reset after `resetAt` heartbeats.
 */
function receiving(gbPerMinute: number, resetAt = Number.POSITIVE_INFINITY) {
  let heartbeats = 0;
  return (): Telemetry => {
    heartbeats += 1;
    const counted = heartbeats > resetAt ? heartbeats - resetAt : heartbeats;
    return {
      ...{ gpus: [], processes: 1, networkKbps: null, uptimeSeconds: null, jobId: '' },
      rxBytes: counted * gbPerMinute * 1e9,
      txBytes: counted * 1e6,
    };
  };
}

describe('metered bytes', () => {
  it('are charged at the offer’s rates, also after a counter reset', async () => {
    const telemetry = receiving(1, 4);
    const world = await leaseWorld({ sweepEvery, telemetry });
    const { id } = await world.active(PATIENT);
    await world.pass(9 * MINUTE + 30_000);
    const { attempts } = await world.lease(id);
    await world.release(id);
    const { lease, charge } = await ended(world, id);
    const [attempt] = lease.attempts;
    if (attempt?.state !== 'gone') throw new Error('not gone');
    const [received = 0, sent = 0] = attempt.usage?.bytes ?? [];
    expect(received).toBeGreaterThanOrEqual(9e9);
    expect(received % 1e9).toBe(0);
    expect(sent).toBe(received / 1_000);
    const { downloadMicroUsdPerGb: down, uploadMicroUsdPerGb: up } = attempts[0]?.offer ?? {};
    const exact = (received / 1e9) * Number(down) + (sent / 1e9) * Number(up);
    expect(charge.transferMicroUsd).toBeGreaterThanOrEqual(exact);
    expect(charge.transferMicroUsd).toBeLessThan(exact + 2);
    await world.close();
  });
});

const HANGING: { lost: boolean } & { meddle: Meddle } = {
  lost: false,
  meddle: (call, run) => (HANGING.lost && isStep(call.name) ? 'hang' : run()),
};

describe('a spend cap', () => {
  const CAP = 200_000;
  const CAPPED = { spendCapMicroUsd: CAP, transferCeilingMicroUsdPerGb: CAP / 20 };

  it('ends the lease as soon as it has cost that much', async () => {
    const world = await leaseWorld({ sweepEvery });
    const { id } = await world.active({ ...PATIENT, hours: 4, ...CAPPED });
    const rate = presentRate(await world.lease(id));
    await world.untilState(id, 'ending', 4);
    const lease = await world.lease(id);
    const spent = totalOf(chargesOf(billOf(lease), world.clock.now() as never));
    expect(spent).toBeGreaterThanOrEqual(CAP);
    expect(spent - CAP).toBeLessThanOrEqual(rate / 60);
    expect((await ended(world, id)).lease).toMatchObject({ reason: 'spend-cap' });
    await world.close();
  });

  it('is enforced by the sweep when the workflow hangs', async () => {
    HANGING.lost = false;
    const world = await leaseWorld({ meddle: HANGING.meddle, sweepEvery });
    const { id } = await world.active({ ...PATIENT, hours: 4, ...CAPPED });
    const rate = presentRate(await world.lease(id));
    HANGING.lost = true;
    await world.until(async () => world.alive() === 0, 4);
    expect(await world.lease(id)).toMatchObject({ state: 'ending', reason: 'spend-cap' });
    expect(spentAtMarket(world) - CAP).toBeLessThanOrEqual(rate / 60 + 1_000);
    await world.close();
  });

  it('includes bytes: the next sweep ends a lease whose bytes reach the cap', async () => {
    const world = await leaseWorld({ sweepEvery, telemetry: receiving(5) });
    const { id } = await world.active({ ...PATIENT, hours: 4, ...CAPPED });
    const { lease, charge } = await ended(world, id);
    expect(lease.reason).toBe('spend-cap');
    expect(charge.transferMicroUsd).toBeGreaterThan(CAP / 2);
    await world.close();
  });

  it('is the hold when the request has none', async () => {
    const world = await leaseWorld({ sweepEvery, telemetry: receiving(50) });
    const { id } = await world.active({ ...PATIENT, hours: 4 });
    const { hold } = await world.lease(id);
    const { lease } = await ended(world, id);
    expect(lease.reason).toBe('over-budget');
    // Beyond the transfer allowance the report ends the lease, and is not charged.
    expect(lease.chargedMicroUsd).toBeLessThan(hold.amountMicroUsd);
    await world.close();
  });
});

describe('a price that rises', () => {
  it('adds one event per new rate, and ends the lease above the ceiling', async () => {
    const world = await leaseWorld({ sweepEvery });
    const { id } = await world.active(PATIENT);
    world.market.raisePrice(instanceOf(world), 1.1);
    await world.pass(5 * MINUTE);
    const rises = async () =>
      (await world.eventTypes(id)).filter((type) => type === 'price-rose').length;
    expect(await rises()).toBe(1);
    expect(await world.lease(id)).toMatchObject({ state: 'active' });
    world.market.raisePrice(instanceOf(world), 1.1);
    await world.pass(2 * MINUTE);
    expect(await rises()).toBe(2);
    world.market.raisePrice(instanceOf(world), 50);
    await world.untilState(id, 'ending', 1);
    expect((await ended(world, id)).lease).toMatchObject({ reason: 'over-ceiling' });
    await world.close();
  });
});

describe('a refused teardown', () => {
  it('raises the hold to its cost, an hour at a time', async () => {
    const world = await leaseWorld({ sweepEvery: minutes(10), freshMenu: false });
    const { id } = await world.active({ ...PATIENT, hours: 0.1, ceilingMicroUsdPerHour: 500_000 });
    const { hold: placed } = await world.lease(id);
    const rate = presentRate(await world.lease(id));
    world.market.addFault({ name: 'refuse-destroy', forMs: 48 * HOUR });
    const hours = Math.ceil(placed.amountMicroUsd / rate) + 5;
    await world.pass(hours * HOUR);
    const lease = await world.lease(id);
    const account = await once(world.service.runtime, books).accounts.get(CONSUMER);
    const spent = totalOf(chargesOf(billOf(lease), world.clock.now() as never));
    expect(spent).toBeGreaterThan(placed.amountMicroUsd);
    expect(lease.hold.amountMicroUsd).toBeGreaterThan(spent - rate / 5);
    expect(account?.holds[id]?.amountMicroUsd).toBe(lease.hold.amountMicroUsd);
    const { limits, roomMicroUsd } = account ?? { limits: { monthlyBudgetMicroUsd: 0 } };
    expect(roomMicroUsd).toBe(limits.monthlyBudgetMicroUsd - lease.hold.amountMicroUsd);
    const overruns = (await entries(world)).filter(({ kind }) => kind === 'overrun');
    expect(overruns.length).toBeGreaterThan(1);
    expect(overruns.length).toBeLessThanOrEqual(7);
    world.market.clearFaults();
    world.market.addFault({ name: 'refuse-own-key' });
    expect((await ended(world, id)).lease.chargedMicroUsd).toBeGreaterThan(microUsd(spent));
    await world.close();
  });
});
