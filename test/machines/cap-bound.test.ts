// How far the market's take can pass a spend cap, in numbers of the policy: two listing intervals
// and teardown at the observed rate, and transfer that nobody measured within its allowance. The
// market's own books decide what was taken.

import { describe, expect, it } from 'vitest';
import {
  amountOf,
  cost,
  type MicroUsdPerHour,
  microUsd,
  microUsdPerHour,
  sum,
} from '../../shared/core/base/money.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import { times, total } from '../../shared/core/base/time.ts';
import { allInRate } from '../../shared/core/instance/offer.ts';
import type { Telemetry } from '../../shared/core/instance/telemetry.ts';
import type { LeaseIn } from '../../shared/core/lease/lease.ts';
import { gbPriceOf } from '../../shared/core/ledger/transfer.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

const CEILING = 2_000_000;
/** Its transfer allowance costs more than the time that a lease may run past its cap. */
const request = (spendCapMicroUsd: number) => ({
  ...{ silenceLimitSeconds: 3_600, hours: 12, transferGb: 100 },
  transferCeilingMicroUsdPerGb: 10_000,
  ...{ spendCapMicroUsd, ceilingMicroUsdPerHour: CEILING },
});

/** The most that time can cost beyond a cap, at this rate. */
const timePastCap = (rate: MicroUsdPerHour) =>
  cost(rate, total(times(policy.sweep.every, 2), policy.teardown.allowance));

const NO_BYTES: Telemetry = {
  ...{ gpus: [], processes: 1, networkKbps: null, uptimeSeconds: null, jobId: '' },
  ...{ rxBytes: null, txBytes: null },
};

function instanceOf({ attempts, terms }: LeaseIn<'active'>) {
  const [attempt] = attempts;
  if (attempt?.state !== 'created') throw new Error('it has an instance');
  const perGb = gbPriceOf(attempt);
  return {
    id: attempt.instanceId,
    rate: allInRate(attempt.offer, terms.requirement.diskGb),
    allowance: amountOf(perGb, terms.transferGb),
  };
}

/** Ends for its cap, with nothing left; returns what the market took. */
async function takenAtCap(world: LeaseWorld, { id }: LeaseIn<'active'>): Promise<number> {
  await world.untilState(id, 'ended', 14);
  expect(await world.lease(id)).toMatchObject({ reason: 'spend-cap' });
  expect(await world.leftovers(id)).toEqual([]);
  const { spentMicroUsd } = world.market.books();
  return spentMicroUsd;
}

describe('a price that rises several times within the ceiling', () => {
  it.each([
    ['each half hour', 30, 4],
    ['each minute', 1, 40],
  ])('%s takes no more than the bound, while no bytes are reported', async (_, every, rises) => {
    const world = await leaseWorld({
      ...{ sweepEvery: policy.sweep.every, freshMenu: false, telemetry: () => NO_BYTES },
    });
    const lease = await world.active(request(3_000_000));
    const { id, rate } = instanceOf(lease);
    const highest = CEILING * 0.9;
    const factor = (highest / rate) ** (1 / rises);
    for (let rise = 1; rise <= rises; rise += 1) {
      await world.pass(every * MINUTE);
      if (!world.lives(id)) break;
      world.market.raisePrice(id, factor);
    }
    if (world.lives(id)) world.market.addTraffic({ id, upGb: 50, downGb: 50 });
    const taken = await takenAtCap(world, lease);
    expect(taken).toBeLessThanOrEqual(
      sum(microUsd(3_000_000), timePastCap(microUsdPerHour(highest))),
    );
    await world.close();
  });
});

describe('bytes that are reported at first only', () => {
  it('pass the cap by no more than their allowance', async () => {
    let heartbeats = 0;
    const telemetry = (): Telemetry => {
      heartbeats += 1;
      return heartbeats > 60 ? NO_BYTES : { ...NO_BYTES, rxBytes: 1_000, txBytes: 1_000 };
    };
    const world = await leaseWorld({ sweepEvery: policy.sweep.every, freshMenu: false, telemetry });
    const lease = await world.active(request(1_000_000));
    const { id, rate, allowance } = instanceOf(lease);
    await world.until(async () => heartbeats > 60);
    world.market.addTraffic({ id, upGb: 50, downGb: 50 });
    const taken = await takenAtCap(world, lease);
    expect(taken).toBeLessThanOrEqual(sum(microUsd(1_000_000), timePastCap(rate), allowance));
    await world.close();
  });
});
