// A month of leases with every fault of the provider, in virtual time on the real database: each
// lease ends, the ledger adds up, and after reconciliation the charge of each lease equals the
// market's own books, within its rounding. A long run has 500 leases.

import { describe, expect, it } from 'vitest';
import { books } from '../../shared/app/lease.ts';
import { once } from '../../shared/app/runtime.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { totalsOf } from '../../shared/core/ledger/entry.ts';
import { isLong, limitOf, SEED } from '../support/long.ts';
import { createRandom } from '../support/random.ts';
import { CONSUMER, type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { endedRun } from '../support/worlds/runs.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

const WAVE = 8;
const LEASES = isLong ? 500 : WAVE;
/** Each minute as deployed; in a sample run the idle day needs no 1,500 sweeps. */
const SWEEP_EVERY = isLong ? minutes(1) : minutes(5);
/** The provider's row has four items, each rounded to the nearest tenth of a cent. */
const ROW_ROUNDING = 2_000;
/**
 * How much a charge may differ from the true cost: its row differs by the provider's rounding, and
 * a charge that differs from its row by no more than that rounding is not trued up.
 */
const ROUNDING = ROW_ROUNDING + (ROW_ROUNDING + 4);

/** Faults that a create call asks the market for; half of the leases have none. */
const CREATE_FAULTS = [
  ...['vanish', 'interrupt', 'price-rise', 'never-boots', 'drop-after-effect'],
  ...['error-after-effect', 'rate-limit', 'refuse'],
];
/** Faults of the market while leases run and end. */
const MARKET_FAULTS = [
  { name: 'refuse-destroy', times: 3 },
  { name: 'zombie', times: 1, forMs: 20 * MINUTE },
  { name: 'drop-after-effect', operation: 'destroy', times: 1 },
  { name: 'error-after-effect', operation: 'destroy', times: 1 },
  { name: 'partial-page', times: 2 },
  { name: 'stale-list', times: 2, forMs: 10 * MINUTE },
  { name: 'bad-key', times: 2 },
  { name: 'fail-before-effect', times: 3 },
] as const;

async function wave(world: LeaseWorld, random: () => number, size: number) {
  const pick = <Item>(items: readonly Item[]): Item | undefined =>
    items[Math.floor(random() * items.length)];
  await world.service.refresh();
  const ids: LeaseId[] = [];
  for (let lease = 0; lease < size; lease += 1) {
    const fault = random() < 0.5 ? pick(CREATE_FAULTS) : undefined;
    const env = fault === undefined ? {} : { SIM_FAULT: fault };
    const hours = 0.1 + random() * 0.6;
    ids.push(await world.request({ hours, env, silenceLimitSeconds: 600 }));
  }
  await world.pass((5 + random() * 10) * MINUTE);
  for (const { id, alive } of world.market.instances()) {
    if (!alive || random() < 0.5) continue;
    world.market.addTraffic({ id, upGb: random() * 3, downGb: random() * 10 });
  }
  const marketFault = pick(MARKET_FAULTS);
  if (marketFault !== undefined) world.market.addFault(marketFault);
  for (const id of ids) if (random() < 0.4) await world.release(id);
  const { leases } = once(world.service.runtime, books);
  const over = async () =>
    [...(await leases.getMany(ids)).values()].every(({ state }) => state === 'ended');
  await world.until(over, 12);
  world.market.clearFaults();
  return ids;
}

/** What each lease's instances cost by the market's own books. */
function marketCosts(world: LeaseWorld): ReadonlyMap<string, { cost: number; instances: number }> {
  const byLease = new Map<string, { cost: number; instances: number }>();
  for (const { label, totalMicroUsd } of world.market.books().instances) {
    const id = label?.split('-')[2] ?? '';
    const before = byLease.get(id) ?? { cost: 0, instances: 0 };
    byLease.set(id, { cost: before.cost + totalMicroUsd, instances: before.instances + 1 });
  }
  return byLease;
}

async function charges(world: LeaseWorld, ids: readonly LeaseId[]) {
  const leases = await Promise.all(ids.map((id) => world.lease(id)));
  return new Map(
    leases.map((lease) => {
      if (lease.state !== 'ended') throw new Error('not ended');
      return [lease.id, lease.chargedMicroUsd + lease.correctedMicroUsd];
    }),
  );
}

describe(`a month of leases with every fault, with seed ${SEED}`, () => {
  it(
    'adds up, and agrees with the market’s own books',
    async () => {
      const world = await leaseWorld({ freshMenu: false, sweepEvery: SWEEP_EVERY });
      const random = createRandom(SEED).next;
      const ids: LeaseId[] = [];
      while (ids.length < LEASES) {
        ids.push(...(await wave(world, random, Math.min(WAVE, LEASES - ids.length))));
        await world.pass(20 * MINUTE);
      }
      const totals = totalsOf(await once(world.service.runtime, books).ledger.entries(CONSUMER));
      expect(totals.held).toBe(0);
      await world.pass(25 * HOUR);
      const reconcile = async () => (await endedRun(world, 'reconcileCharges')).result;
      expect(await reconcile()).toMatchObject({ failure: null });
      await world.pass(MINUTE);
      expect(await reconcile()).toMatchObject({ failure: null, truedUp: 0 });
      expect(await world.leftovers(...ids)).toEqual([]);
      const charged = await charges(world, ids);
      const wrong = [...marketCosts(world)].flatMap(([id, { cost, instances }]) => {
        const off = (charged.get(id as LeaseId) ?? 0) - cost;
        return Math.abs(off) <= ROUNDING * instances ? [] : [`${id}: ${off} of ${cost}`];
      });
      expect(wrong).toEqual([]);
      const withoutInstance = ids.filter((id) => !marketCosts(world).has(id));
      expect(withoutInstance.map((id) => charged.get(id))).toEqual(withoutInstance.map(() => 0));
      await world.close();
    },
    limitOf('month'),
  );
});
