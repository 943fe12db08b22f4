// The moments between two lines of a launch: what is on record when create is called, who may call
// it, and a release that comes after a step has looked and before its token is parked.

import { describe, expect, it } from 'vitest';
import { handler as armDeadline } from '../../functions/steps/arm-deadline.ts';
import { handler as awaitReady } from '../../functions/steps/await-ready.ts';
import { handler as launchInstance } from '../../functions/steps/launch-instance.ts';
import { handler as serveLease } from '../../functions/steps/serve-lease.ts';
import { type Runtime, within } from '../../shared/app/runtime.ts';
import { Failure } from '../../shared/core/base/failure.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { epochMs } from '../../shared/core/base/time.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { type Moment, marketBetween } from '../support/worlds/market-between.ts';
import type { Meddle } from '../support/worlds/virtual-time.ts';

const CONTEXT = { functionName: 'test' } as never;
const isCreate = ({ method, path }: Moment) => method === 'PUT' && path.includes('/asks/');

/** A world that acts once, at its first create call. */
async function atCreate(when: Moment['when'], act: (world: LeaseWorld) => Promise<void>) {
  let world: LeaseWorld | undefined;
  let acted = 0;
  const between = marketBetween(async (moment) => {
    if (!isCreate(moment) || moment.when !== when || acted > 0) return undefined;
    acted += 1;
    if (world !== undefined) await act(world);
    return undefined;
  });
  world = await leaseWorld({ between: between.front });
  const close = async (): Promise<void> => {
    expect(acted).toBe(1);
    between.close();
    await world.close();
  };
  return { world, close };
}

type Step = (payload: unknown, context: never) => Promise<unknown>;

/** Runs one step, once, in a runtime that differs in something. */
async function withStep(name: string, step: Step, change: (runtime: Runtime) => Partial<Runtime>) {
  let world: LeaseWorld | undefined;
  let ran = 0;
  const meddle: Meddle = async (call, run) => {
    if (call.name !== name || world === undefined || ran > 0) return run();
    ran += 1;
    const { runtime } = world.service;
    const changed = { ...runtime, ...change(runtime) };
    return within(changed, () => step(call.payload, CONTEXT));
  };
  world = await leaseWorld({ meddle });
  return { world, ran: () => ran };
}

describe('a create call', () => {
  it('finds its intent on record', async () => {
    const seen: unknown[] = [];
    let id: LeaseId | undefined;
    let look = (): void => undefined;
    const looked = new Promise<void>((resolve) => {
      look = resolve;
    });
    const { world, close } = await atCreate('before', async ({ lease }) => {
      if (id !== undefined) seen.push(...(await lease(id)).attempts);
      look();
    });
    id = await world.request();
    const made = world.until(async () => world.market.instances().length > 0, 1);
    // Looked at right then: a workflow that has lost its intent goes in circles and never rests.
    made.catch(() => undefined);
    try {
      await looked;
      expect(seen).toMatchObject([{ state: 'recorded', number: 1 }]);
      await made;
      expect(seen).toMatchObject([{ tag: world.market.instances()[0]?.label }]);
    } finally {
      await close();
    }
  });

  it('is not made again by a second run of its step while it is under way', async () => {
    const second: unknown[] = [];
    let id: LeaseId | undefined;
    const { world, close } = await atCreate('after', async ({ service }) => {
      const input = { leaseId: id, generation: 1 };
      const run = within(service.runtime, () => launchInstance(input, CONTEXT));
      second.push(await run.catch((error) => error.name));
    });
    id = await world.request();
    await world.untilState(id, 'active');
    expect(second).toEqual(['OutcomeUnknown']);
    expect(world.market.instances()).toHaveLength(1);
    await close();
  });

  it('is not made when too long has passed since its intent', async () => {
    const { world, ran } = await withStep('LaunchInstance', launchInstance, ({ clock }) => {
      // Six seconds between any two lines.
      let looks = 0;
      const now = () => {
        looks += 1;
        return epochMs(clock.now() + looks * 6_000);
      };
      return { clock: { now } };
    });
    const { id } = await world.active();
    const { attempts } = await world.lease(id);
    expect(ran()).toBe(1);
    expect(attempts.map(({ state }) => state)).toEqual(['refused', 'created']);
    expect(attempts[0]).toMatchObject({ reason: 'too-late' });
    expect(world.market.instances()).toHaveLength(1);
    await world.close();
  });

  it('is not made when no schedule can be set', async () => {
    const fail = () => Promise.reject(new Failure('BadConfig', 'no such group'));
    const { world, ran } = await withStep('ArmDeadline', armDeadline, () => ({
      scheduler: { arm: fail, disarm: fail },
    }));
    const id = await world.request();
    await world.until(async () => ['active', 'ended'].includes((await world.lease(id)).state));
    expect(ran()).toBe(1);
    expect(world.market.instances()).toEqual([]);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});

describe('a release between the look at the lease and the token', () => {
  it.each<[string, Step]>([
    ['ServeLease', serveLease as Step],
    ['AwaitReady', awaitReady as Step],
  ])('that %s parks ends it at once', async (name, step) => {
    let world: LeaseWorld | undefined;
    let id: LeaseId | undefined;
    let released = 0;
    const isParking = ({ body, when }: Moment) => when === 'before' && body.includes('#waitNumber');
    const between = marketBetween(async (moment) => {
      if (!isParking(moment) || released > 0 || id === undefined) return undefined;
      released += 1;
      await world?.release(id);
      return undefined;
    });
    const opened = await withStep(name, step, ({ database }) => ({
      database: { ...database, endpoint },
    }));
    world = opened.world;
    const endpoint = await between.front(world.service.runtime.database?.endpoint ?? '');
    id = await world.request();
    await world.until(async () => released === 1, 1);
    const from = world.clock.now();
    await world.until(async () => world?.market.instances().every(({ alive }) => !alive) === true);
    expect(world.clock.now() - from).toBeLessThanOrEqual(2_000);
    await world.untilState(id, 'ended');
    expect(await world.leftovers(id)).toEqual([]);
    between.close();
    await world.close();
  });
});
