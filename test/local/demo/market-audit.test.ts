// The demo's comparison of charges with the market's own books: what reconciliation will enter is
// named in advance, and a cost that no lease pays for is a violation.

import { describe, expect, it } from 'vitest';
import { auditMarket } from '../../../local/demo/market-audit.ts';
import type { LeaseId } from '../../../shared/core/base/ids.ts';
import { type LeaseWorld, leaseWorld } from '../../support/worlds/lease.ts';
import { endedRun } from '../../support/worlds/runs.ts';
import { HOUR } from '../../support/worlds/virtual-time.ts';

const auditOf = (world: LeaseWorld, ...ids: readonly LeaseId[]) =>
  auditMarket(world.service.runtime, ids, world.market.books().instances);

const correctedOf = async (world: LeaseWorld, id: LeaseId) => {
  const lease = await world.lease(id);
  return lease.state === 'ended' ? lease.correctedMicroUsd : 0;
};

describe("the comparison with the market's books", () => {
  it('has nothing to add to an ordinary lease', async () => {
    const world = await leaseWorld({ freshMenu: false });
    const { id } = await world.active();
    await world.end(id);
    expect(await auditOf(world, id)).toEqual({ due: [], violations: [] });
    await world.close();
  });

  it('names what reconciliation enters for a price that rose while nobody looked', async () => {
    const world = await leaseWorld({ freshMenu: false });
    const { id, instanceId } = await world.active();
    world.market.raisePrice(instanceId, 1.2);
    await world.pass(HOUR / 2);
    await world.end(id);
    const { due, violations } = await auditOf(world, id);
    expect(violations).toEqual([]);
    expect(due).toMatchObject([{ leaseId: id }]);
    await world.pass(48 * HOUR);
    await endedRun(world, 'reconcileCharges');
    expect(await auditOf(world, id)).toEqual({ due: [], violations: [] });
    expect(Math.abs((await correctedOf(world, id)) - (due[0]?.amount ?? 0))).toBeLessThan(2_004);
    await world.close();
  });

  it('finds the cost of an instance that no lease pays for', async () => {
    const world = await leaseWorld({ freshMenu: false });
    const instance = world.plant();
    await world.pass(HOUR);
    expect(await auditOf(world)).toMatchObject({
      violations: [expect.stringContaining(`for instance ${instance} `)],
    });
    await world.close();
  });
});
