// A function may be invoked more than once, so every step is run again: at once, and after the next
// step. The repeat changes nothing that matters, and creates no second instance.

import { describe, expect, it } from 'vitest';
import { books } from '../../shared/app/lease.ts';
import { pulses } from '../../shared/app/parts.ts';
import { once } from '../../shared/app/runtime.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import type { Pulse } from '../../shared/core/instance/pulse.ts';
import type { Lease } from '../../shared/core/lease/lease.ts';
import { unlikeMarket } from '../support/worlds/books.ts';
import { CONSUMER, type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { HOUR, isStep, type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

/**
 * Lets one step run at a time: a worker that answered the workflow goes on with its repeat. Time
 * moves while a step waits for the one before.
 */
function oneAtATime(meddle: Meddle, world: () => LeaseWorld | undefined): Meddle {
  let last: Promise<unknown> = Promise.resolve();
  return (call, run) => {
    if (!isStep(call.name)) return meddle(call, run);
    const before = last;
    const turn = world()?.duringCall(() => before) ?? before;
    const next = turn.then(() => meddle(call, run));
    last = next.catch(() => undefined);
    return next;
  };
}

/** What a provider showed of an instance: a repeat reads it at a later instant. */
const READINGS = { report: null, birth: null, lastSeenAt: null };

/** A repeat may change only the version, the time by which progress is due, and readings. */
const withoutStamps = (lease: Lease): object => ({
  ...lease,
  version: 0,
  dueBy: 0,
  attempts: lease.attempts.map((attempt) => ({ ...attempt, ...READINGS })),
});

/**
 * A repeat parks the same token under the next number. The end of an instance that is not ready yet
 * counts from the step.
 */
const withoutNumber = (pulse: Pulse | null): object | null =>
  pulse === null
    ? null
    : { ...pulse, waitNumber: 0, endsAt: pulse.wait === 'ready' ? 0 : pulse.endsAt };

/** Everything that a step may change. Costs of running instances grow with time. */
async function stateOf(world: LeaseWorld, id: LeaseId): Promise<object> {
  const { accounts, ledger } = once(world.service.runtime, books);
  const instances = world.market.instances();
  return {
    lease: withoutStamps(await world.lease(id)),
    account: await accounts.get(CONSUMER),
    entries: await ledger.entries(CONSUMER),
    pulse: withoutNumber(await once(world.service.runtime, pulses).get(id)),
    schedule: world.service.schedules.at(id),
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
    world = await leaseWorld({ meddle: oneAtATime(twice, () => world), phoneHome });
    upset?.(world);
    id = await world.request();
    await world.untilState(id, 'active');
    await world.release(id);
    await world.untilState(id, 'ended');
    expect(changed).toEqual([]);
    expect(await world.leftovers(id)).toEqual([]);
    expect(unlikeMarket(world, await world.lease(id))).toEqual([]);
    await world.close();
  });
});

/** The fields that differ, for the message of a failed test. */
const differing = (before: object, after: object): readonly string[] =>
  Object.entries(after).flatMap(([name, value]) => {
    const [then, now] = [Object.entries(before).find(([key]) => key === name)?.[1], value].map(
      (each) => JSON.stringify(each),
    );
    return then === now ? [] : [`${name}: ${then} became ${now}`];
  });

describe.each(Object.entries(SCENES))('late, with %s', (_scene, { phoneHome = true, upset }) => {
  it('every step run again after the next one changes nothing', async () => {
    let world: LeaseWorld | undefined;
    let id: LeaseId | undefined;
    let earlier: { readonly name: string; readonly run: () => Promise<unknown> } | undefined;
    let repeating = false;
    const changed: string[] = [];
    const late: Meddle = async (call, run) => {
      const result = await run();
      if (world === undefined || id === undefined || !isStep(call.name)) return result;
      if (earlier !== undefined && earlier.name !== call.name) {
        repeating = true;
        const before = await stateOf(world, id);
        // A repeat may fail: the engine has its result already.
        await earlier.run().catch(() => undefined);
        const found = differing(before, await stateOf(world, id));
        if (found.length > 0) changed.push(`${earlier.name} after ${call.name}: ${found}`);
        repeating = false;
      }
      earlier = { name: call.name, run };
      return result;
    };
    world = await leaseWorld({ meddle: oneAtATime(late, () => world), phoneHome });
    upset?.(world);
    id = await world.request();
    // A release during a repeat would change the lease too.
    await world.until(async () => !repeating && earlier?.name === 'serve');
    await world.release(id);
    await world.untilState(id, 'ended');
    expect(changed).toEqual([]);
    expect(await world.leftovers(id)).toEqual([]);
    expect(unlikeMarket(world, await world.lease(id))).toEqual([]);
    await world.close();
  });
});

/** Runs the first call of a step again after its second one; returns what differs in the pulse. */
async function repeatFirst(
  name: 'await' | 'serve',
  toSecond: (world: LeaseWorld) => Promise<LeaseId>,
): Promise<readonly string[]> {
  const runs: (() => Promise<unknown>)[] = [];
  const meddle: Meddle = async (call, run) => {
    if (call.name === name) runs.push(run);
    return run();
  };
  const world = await leaseWorld({ meddle });
  const id = await toSecond(world);
  await world.until(async () => runs.length === 2);
  const pulse = () => once(world.service.runtime, pulses).get(id);
  const before = await pulse();
  await runs[0]?.();
  const after = await pulse();
  await world.untilState(id, 'active');
  await world.end(id);
  expect(unlikeMarket(world, await world.lease(id))).toEqual([]);
  await world.close();
  return differing(before ?? {}, after ?? {});
}

describe('a late repeat of a step that parks a token', () => {
  it('leaves the token of a later Serve, and its end', async () => {
    const changed = await repeatFirst('serve', async (world) => {
      const { id, deadline } = await world.active({ hours: 1 });
      // Two states are never entered in the same instant.
      await world.pass(MINUTE);
      const until = new Date(deadline + HOUR).toISOString();
      await world.ask('extendLease', { params: { id }, body: { until } });
      return id;
    });
    expect(changed).toEqual([]);
  });

  it('leaves the token of the next attempt', async () => {
    const changed = await repeatFirst('await', async (world) => {
      world.market.addFault({ name: 'never-boots', times: 1 });
      return world.request();
    });
    expect(changed).toEqual([]);
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
