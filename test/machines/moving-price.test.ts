// A spend cap against a market that raises its price and an agent that reports no bytes: the
// market's own books decide what was taken.

import { describe, expect, it } from 'vitest';
import { books } from '../../shared/app/lease.ts';
import { once } from '../../shared/app/runtime.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { allInRate } from '../../shared/core/instance/offer.ts';
import type { Telemetry } from '../../shared/core/instance/telemetry.ts';
import type { LeaseIn } from '../../shared/core/lease/lease.ts';
import { booksOf } from '../support/worlds/books.ts';
import { CONSUMER, type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { endedRun } from '../support/worlds/runs.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

const sweepEvery = minutes(1);
const PATIENT = { silenceLimitSeconds: 3_600 };
const CEILING = 2_000_000;

const taken = (world: LeaseWorld): number => world.market.books().spentMicroUsd;
const instanceOf = (world: LeaseWorld): string => world.market.instances()[0]?.id ?? '';
const offerOf = (lease: LeaseIn<'active'>) => {
  const offer = lease.attempts[0]?.offer;
  if (offer === undefined) throw new Error('it has an instance');
  return { offer, rate: allInRate(offer, lease.terms.requirement.diskGb) };
};

/** Reports no bytes at all. */
const mute = (): Telemetry => ({
  ...{ gpus: [], processes: 1, networkKbps: null, uptimeSeconds: null, jobId: '' },
  ...{ rxBytes: null, txBytes: null },
});

describe('a price that rises within the ceiling', () => {
  it('takes no more than the cap, two listing intervals and a minute of teardown', async () => {
    const world = await leaseWorld({ sweepEvery, freshMenu: false });
    const cap = 1_000_000;
    const lease = await world.active({
      ...{ ...PATIENT, hours: 12, spendCapMicroUsd: cap, ceilingMicroUsdPerHour: CEILING },
    });
    const { rate } = offerOf(lease);
    await world.pass(5 * MINUTE);
    const factor = (CEILING * 0.9) / rate;
    world.market.raisePrice(instanceOf(world), factor);
    await world.untilState(lease.id, 'ended', 14);
    expect(await world.lease(lease.id)).toMatchObject({ reason: 'spend-cap' });
    expect(taken(world)).toBeLessThanOrEqual(cap + (CEILING / 60) * 3);
    expect(taken(world)).toBeGreaterThan(cap * 0.9);
    expect(await world.leftovers(lease.id)).toEqual([]);
    await world.close();
  });

  it('counts from the first of two readings', async () => {
    const world = await leaseWorld({ sweepEvery, freshMenu: false });
    const lease = await world.active({ ...PATIENT, ceilingMicroUsdPerHour: CEILING });
    await world.pass(10 * MINUTE);
    world.market.raisePrice(instanceOf(world), 2);
    await world.pass(20 * MINUTE);
    await world.end(lease.id);
    const ended = await world.lease(lease.id);
    if (ended.state !== 'ended') throw new Error('not ended');
    const { rate } = offerOf(lease);
    expect(Math.abs(taken(world) - ended.chargedMicroUsd)).toBeLessThan((rate / 60) * 2);
    await world.close();
  });
});

describe('an agent that reports no bytes', () => {
  it('takes no more than the cap while transfer stays within its allowance', async () => {
    const world = await leaseWorld({ sweepEvery, telemetry: mute, freshMenu: false });
    const cap = 800_000;
    const lease = await world.active({ ...PATIENT, hours: 12, spendCapMicroUsd: cap });
    const { offer, rate } = offerOf(lease);
    expect(Math.max(offer.uploadMicroUsdPerGb, offer.downloadMicroUsdPerGb)).toBeGreaterThan(0);
    await world.pass(5 * MINUTE);
    world.market.addTraffic({ id: instanceOf(world), upGb: 10, downGb: 10 });
    await world.untilState(lease.id, 'ended', 14);
    expect(await world.lease(lease.id)).toMatchObject({ reason: 'spend-cap' });
    expect(taken(world)).toBeLessThanOrEqual(cap + (rate / 60) * 2);
    expect(await world.leftovers(lease.id)).toEqual([]);
    await world.close();
  });
});

describe('the reserve for transfer that was not reported', () => {
  const reserved = async (world: LeaseWorld) => {
    const account = await once(world.service.runtime, books).accounts.get(CONSUMER);
    return account?.reservedMicroUsd;
  };
  const reconcile = (world: LeaseWorld) => endedRun(world, 'reconcileCharges');

  /** An ended lease whose market charged 4 GB that its agent never reported. */
  async function anEndedLease(world: LeaseWorld) {
    const lease = await world.active({ ...PATIENT, hours: 4 });
    await world.pass(5 * MINUTE);
    world.market.addTraffic({ id: instanceOf(world), upGb: 2, downGb: 2 });
    await world.end(lease.id);
    return lease;
  }

  it('is placed at settlement and released by the provider’s charges', async () => {
    const world = await leaseWorld({ sweepEvery, telemetry: mute, freshMenu: false });
    const { id, attempts } = await anEndedLease(world);
    const { uploadMicroUsdPerGb: up = 0, downloadMicroUsdPerGb: down = 0 } =
      attempts[0]?.offer ?? {};
    expect(await world.lease(id)).toMatchObject({
      reserves: [{ month: '2026-11', amountMicroUsd: Math.max(up, down) * 20 }],
    });
    expect(await reserved(world)).toBe(Math.max(up, down) * 20);
    expect(await world.leftovers(id)).toEqual([]);
    expect((await booksOf(world).verify()).differences).toEqual([]);
    await world.pass(25 * HOUR);
    expect((await reconcile(world)).result).toMatchObject({ leases: 1, truedUp: 1 });
    expect(await world.lease(id)).toMatchObject({ reserves: [] });
    expect(await reserved(world)).toBe(0);
    const lease = await world.lease(id);
    const charged = lease.state === 'ended' ? lease.chargedMicroUsd + lease.correctedMicroUsd : 0;
    expect(Math.abs(charged - taken(world))).toBeLessThanOrEqual(2_000);
    expect(await world.leftovers(id)).toEqual([]);
    expect((await booksOf(world).verify()).differences).toEqual([]);
    await world.close();
  });

  it('is released within three days when the charges can’t be read', async () => {
    const world = await leaseWorld({ sweepEvery: minutes(30), telemetry: mute, freshMenu: false });
    const { id } = await anEndedLease(world);
    world.market.addFault({ name: 'bad-key', operation: 'charges' });
    await world.pass(24 * HOUR);
    await reconcile(world);
    expect(await reserved(world)).toBeGreaterThan(0);
    await world.pass(24 * HOUR);
    await reconcile(world);
    expect(await reserved(world)).toBe(0);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});

describe('a price above the ceiling', () => {
  it('ends the lease as over-ceiling only when it is read twice', async () => {
    const world = await leaseWorld({ sweepEvery, freshMenu: false });
    const lease = await world.active({ ...PATIENT, hours: 4, ceilingMicroUsdPerHour: CEILING });
    const { rate } = offerOf(lease);
    await world.pass(5 * MINUTE);
    const factor = (CEILING * 30) / rate;
    world.market.raisePrice(instanceOf(world), factor);
    await world.pass(MINUTE);
    world.market.raisePrice(instanceOf(world), 1 / factor);
    await world.pass(10 * MINUTE);
    expect(await world.lease(lease.id)).toMatchObject({ state: 'active' });
    expect(await world.eventTypes(lease.id)).toContain('price-doubtful');
    world.market.raisePrice(instanceOf(world), factor);
    await world.untilState(lease.id, 'ended', 2);
    expect(await world.lease(lease.id)).toMatchObject({ reason: 'over-ceiling' });
    expect(await world.leftovers(lease.id)).toEqual([]);
    await world.close();
  });
});
