// A spend cap against a market that raises its price and an agent that reports no bytes: the
// market's own books decide what was taken.

import { describe, expect, it } from 'vitest';
import { minutes } from '../../shared/core/base/time.ts';
import { allInRate } from '../../shared/core/instance/offer.ts';
import type { LeaseIn } from '../../shared/core/lease/lease.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

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
