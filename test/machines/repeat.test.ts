// A function may be invoked more than once, so every step is run twice in a row: the second run
// changes nothing that matters, and creates no second instance.

import { describe, expect, it } from 'vitest';
import { books } from '../../shared/app/lease.ts';
import { once } from '../../shared/app/runtime.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import type { Lease } from '../../shared/core/lease/lease.ts';
import { CONSUMER, type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { isStep, type Meddle } from '../support/worlds/virtual-time.ts';

/** What a provider showed of an instance: a repeat reads it at a later instant. */
const READINGS = { report: null, birth: null, lastSeenAt: null };

/** A repeat may change only the version, the time by which progress is due, and readings. */
const withoutStamps = (lease: Lease): object => ({
  ...lease,
  version: 0,
  dueBy: 0,
  attempts: lease.attempts.map((attempt) => ({ ...attempt, ...READINGS })),
});

/** Everything that a step may change. Costs of running instances grow with time. */
async function stateOf(world: LeaseWorld, id: LeaseId): Promise<object> {
  const { accounts, ledger } = once(world.service.runtime, books);
  const instances = world.market.instances();
  return {
    lease: withoutStamps(await world.lease(id)),
    account: await accounts.get(CONSUMER),
    entries: await ledger.entries(CONSUMER),
    instances: instances.map(({ id: number, label, end }) => ({ number, label, end })),
  };
}

const SCENES: Record<string, { phoneHome?: boolean; upset?: (world: LeaseWorld) => void }> = {
  'the ordinary path': {},
  'a lost reply to create': {
    upset: ({ market }) =>
      market.addFault({ name: 'drop-after-effect', operation: 'create', times: 1 }),
  },
  'an instance that never boots': {
    upset: ({ market }) => market.addFault({ name: 'never-boots', times: 1 }),
  },
  'readiness by probe': { phoneHome: false },
};

describe.each(Object.entries(SCENES))('with %s', (_scene, { phoneHome = true, upset }) => {
  it('every step run twice in a row changes nothing the second time', async () => {
    let world: LeaseWorld | undefined;
    let id: LeaseId | undefined;
    const changed: string[] = [];
    const twice: Meddle = async (call, run) => {
      const first = await run();
      if (world === undefined || id === undefined || !isStep(call.name)) return first;
      const before = await stateOf(world, id);
      const second = await run();
      expect(second).toEqual(first);
      const after = await stateOf(world, id);
      if (JSON.stringify(after) !== JSON.stringify(before)) changed.push(call.name);
      return second;
    };
    world = await leaseWorld({ meddle: twice, phoneHome });
    upset?.(world);
    id = await world.request();
    await world.untilState(id, 'active');
    await world.release(id);
    await world.untilState(id, 'ended');
    expect(changed).toEqual([]);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});

describe('a request', () => {
  it('repeated with the same key creates one lease and one hold', async () => {
    const world = await leaseWorld();
    const first = await world.request({}, 'the-same-key');
    const second = await world.request({}, 'the-same-key');
    expect(second).toBe(first);
    await world.untilState(first, 'active');
    expect(world.market.instances().length).toBe(1);
    await world.release(first);
    await world.untilState(first, 'ended');
    expect(await world.leftovers(first)).toEqual([]);
    await world.close();
  });
});
