// The provider's own charges of running instances, read once an hour: they raise what a lease has
// cost when its agent reports no bytes, or when its price changes between readings. The market's
// own books decide what was taken.

import { describe, expect, it } from 'vitest';
import { cost, microUsd, microUsdPerHour, sum } from '../../shared/core/base/money.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import { total } from '../../shared/core/base/time.ts';
import { allInRate } from '../../shared/core/instance/offer.ts';
import type { Telemetry } from '../../shared/core/instance/telemetry.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

const CAP = microUsd(2_000_000);
const REQUEST = {
  ...{ silenceLimitSeconds: 3_600, hours: 12, spendCapMicroUsd: CAP },
  ceilingMicroUsdPerHour: 2_000_000,
};
const silent = (): Telemetry => ({
  ...{ gpus: [], processes: 1, networkKbps: null, uptimeSeconds: null, jobId: '' },
  ...{ rxBytes: null, txBytes: null },
});
const worldOf = () =>
  leaseWorld({ sweepEvery: policy.sweep.every, telemetry: silent, freshMenu: false });

const taken = (world: LeaseWorld): number => world.market.books().spentMicroUsd;
const reads = (world: LeaseWorld): number =>
  world.market.requests().filter(({ path }) => path.includes('/charges')).length;
const late = total(policy.liveCharges.readEvery, policy.sweep.every, policy.sweep.every);

describe('the charges of a running instance', () => {
  it('end a lease within an hour of transfer that nobody reported', async () => {
    const world = await worldOf();
    const { id, instanceId, attempts } = await world.active(REQUEST);
    await world.pass(5 * MINUTE);
    world.market.addTraffic({ id: instanceId, upGb: 150, downGb: 150 });
    expect(taken(world)).toBeGreaterThan(CAP);
    await world.pass(late);
    await world.untilState(id, 'ended');
    const ended = await world.lease(id);
    if (ended.state !== 'ended') throw new Error('not ended');
    const [attempt] = attempts;
    const rate = attempt === undefined ? 0 : allInRate(attempt.offer, 20);
    expect(ended.reason).toBe('spend-cap');
    expect(taken(world) - ended.chargedMicroUsd).toBeLessThan(rate / 20);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it('bound a price that alternates between two readings', async () => {
    const world = await worldOf();
    const { id, instanceId, attempts } = await world.active(REQUEST);
    const [attempt] = attempts;
    if (attempt === undefined) throw new Error('it has an instance');
    const high = microUsdPerHour(1_800_000);
    const factor = high / allInRate(attempt.offer, 20);
    for (let minute = 0; minute < 6 * 60 && world.lives(instanceId); minute += 1) {
      world.market.raisePrice(instanceId, minute % 2 === 0 ? factor : 1 / factor);
      await world.pass(MINUTE);
    }
    expect(await world.lease(id)).toMatchObject({ reason: 'spend-cap' });
    const bound = cost(high, total(late, policy.teardown.allowance));
    expect(taken(world)).toBeLessThanOrEqual(sum(CAP, bound));
    await world.close();
  });

  it('are read in one call an hour; a failed reading stops no sweep', async () => {
    const world = await worldOf();
    await world.active(REQUEST);
    await world.active(REQUEST);
    await world.pass(2 * MINUTE);
    expect(reads(world)).toBe(1);
    world.market.addFault({ name: 'bad-key', operation: 'charges', forMs: 3 * HOUR });
    await world.pass(late);
    expect(reads(world)).toBe(2);
    expect(await world.sweep()).toMatchObject({ failure: null });
    await world.close();
  });
});
