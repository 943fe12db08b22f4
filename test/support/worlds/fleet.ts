// A fleet: many leases at once in a lease world, and the pace that its market's limits allow.

import { firstProvider } from '../../../local/markets.ts';
import { cardOf } from '../../../shared/adapters/providers/registry.ts';
import type { LeaseId } from '../../../shared/core/base/ids.ts';
import { minutes } from '../../../shared/core/base/time.ts';
import { type CallClass, limitFor } from '../../../shared/core/instance/card.ts';
import { newGate, stepOf } from '../../../shared/core/instance/gate.ts';
import type { Lease } from '../../../shared/core/lease/lease.ts';
import { type LeaseWorld, leaseWorld } from './lease.ts';

/** Room for all leases of a fleet. */
const FLEET_ENV = {
  GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: '100000000000',
  GPU_SHOPPER_MAX_RATE_MICRO_USD_PER_HOUR: '10000000000',
  GPU_SHOPPER_MAX_OPEN_LEASES: '200',
};
/** Enough offers fit each lease of so many. */
const offersFor = (count: number): number => count * 20;
/** A request that most offers meet. */
export const FLEET_REQUEST = { hours: 12, gpuNames: [], minVramGb: 8 };

export const fleetCard = cardOf(firstProvider);

/** The milliseconds between two calls of the class. */
export function paceOf(callClass: CallClass): number {
  const limit = limitFor(fleetCard, callClass);
  return stepOf(limit, newGate(firstProvider, limit.name));
}

/** A world with so many leases that were requested at once. */
export async function fleetWorld(count: number) {
  const market = { offers: offersFor(count) };
  const world = await leaseWorld({ market, env: FLEET_ENV, sweepEvery: minutes(1) });
  const requests = Array.from({ length: count }, () => world.request(FLEET_REQUEST));
  return { world, ids: await Promise.all(requests) };
}

/** Lets time pass until all leases are in the state; returns how long that took. */
export async function allIn(
  world: LeaseWorld,
  ids: readonly LeaseId[],
  state: Lease['state'],
): Promise<number> {
  const from = world.clock.now();
  await world.until(async () => {
    const leases = await Promise.all(ids.map((id) => world.lease(id)));
    return leases.every((lease) => lease.state === state);
  }, 6);
  return world.clock.now() - from;
}
