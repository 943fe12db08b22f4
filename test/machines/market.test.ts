// The market outlives the service: while the service is down, its instances are still rented and
// billed, and their agents alone end them by their own rules.

import { expect, it } from 'vitest';
import { policy } from '../../shared/core/base/policy/policy.ts';
import { leaseWorld } from '../support/worlds/lease.ts';
import { HOUR } from '../support/worlds/virtual-time.ts';

it('agents end their instances while the service is dead, and billing stops there', async () => {
  const world = await leaseWorld();
  const leases = [await world.active({ hours: 0.4 }), await world.active({ hours: 0.3 })];
  await world.pass(2 * policy.heartbeat.every);
  world.stopService();
  const deadlines = leases.map(({ deadline }) => deadline);
  await world.pass(Math.max(...deadlines) - world.clock.now() + 2 * HOUR);
  const instances = world.market.instances();
  const ends = instances.map(({ end }) => end?.at ?? Number.POSITIVE_INFINITY);
  for (const [index, end] of ends.entries()) {
    const late = end - (deadlines[index] ?? 0) - policy.node.grace;
    // Replies name whole seconds.
    expect(Math.abs(late)).toBeLessThanOrEqual(1_000);
  }
  const { spentMicroUsd } = world.market.books();
  await world.pass(HOUR);
  expect(world.market.books().spentMicroUsd).toBe(spentMicroUsd);
  await world.close();
});
