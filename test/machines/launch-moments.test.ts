// The moments between two lines of a launch: what is recorded when create is called, which caller
// may create, and a release after a step has read the lease and before it parks its token.

import { describe, expect, it } from 'vitest';
import { handler as stepDecide } from '../../functions/step-decide.ts';
import { handler as workProvider } from '../../functions/work-provider.ts';
import type { Service } from '../../local/service.ts';
import { type Runtime, within } from '../../shared/app/runtime.ts';
import { Failure } from '../../shared/core/base/failure.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { policy } from '../../shared/core/base/policy/policy.ts';
import { epochMs } from '../../shared/core/base/time.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { type Moment, marketBetween } from '../support/worlds/market-between.ts';
import type { Meddle } from '../support/worlds/virtual-time.ts';

const CONTEXT = { functionName: 'test' } as never;
const isCreate = ({ method, path }: Moment) => method === 'PUT' && path.includes('/asks/');

/** A world that calls `act` at its first create call. */
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

/** The event of the message that a worker has now. */
function deliveryOf({ work }: Service): object {
  const [message] = work.queues['work-provider'].messages();
  const { sent, hidden } = message ?? {};
  const record = { messageId: sent?.id, receiptHandle: hidden?.receipt, body: sent?.body };
  return { Records: [{ ...record, attributes: { ApproximateReceiveCount: '2' } }] };
}

type Step = (payload: unknown, context: never) => Promise<unknown>;

/** A world that runs the first call of one step in a changed runtime. */
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
  it('is made after its intent is recorded', async () => {
    const seen: unknown[] = [];
    let id: LeaseId | undefined;
    let markSeen = (): void => undefined;
    const attemptsSeen = new Promise<void>((resolve) => {
      markSeen = resolve;
    });
    const { world, close } = await atCreate('before', async ({ lease }) => {
      if (id !== undefined) seen.push(...(await lease(id)).attempts);
      markSeen();
    });
    id = await world.request();
    const made = world.until(async () => world.market.instances().length > 0, 1);
    // Checked during the call: a workflow without a recorded intent loops and never waits.
    made.catch(() => undefined);
    try {
      await attemptsSeen;
      expect(seen).toMatchObject([{ state: 'recorded', number: 1 }]);
      await made;
      expect(seen).toMatchObject([{ tag: world.market.instances()[0]?.label }]);
    } finally {
      await close();
    }
  });

  it('is not made again by a second run of its step while it is in progress', async () => {
    const second: unknown[] = [];
    const { world, close } = await atCreate('after', async ({ service }) => {
      // The queue delivers the message again although the first worker still has it.
      const run = within(service.runtime, () => workProvider(deliveryOf(service), CONTEXT));
      second.push(await run);
    });
    const { id } = await world.active();
    expect(second).toEqual([{ batchItemFailures: [] }]);
    expect(await world.eventTypes(id)).not.toContain('create-unanswered');
    expect(world.market.instances()).toHaveLength(1);
    await close();
  });

  it('is not made more than 5 s after its pass was taken', async () => {
    const { world, ran } = await withStep('launch', workProvider, ({ clock }) => {
      // Each read of the clock is six seconds later.
      let reads = 0;
      const now = () => {
        reads += 1;
        return epochMs(clock.now() + reads * 6_000);
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

  it('is made although a faster local clock has moved on by minutes', async () => {
    const { world, ran } = await withStep('launch', workProvider, ({ clock }) => {
      const real = clock.now();
      let reads = 0;
      const now = () => {
        reads += 1;
        return epochMs(clock.now() + reads * 6_000);
      };
      return { clock: { now, realNow: () => real } };
    });
    const { id } = await world.active();
    expect(ran()).toBe(1);
    expect((await world.lease(id)).attempts).toMatchObject([{ state: 'created' }]);
    await world.close();
  });

  it('is not made before its schedule is set', async () => {
    const fail = () => Promise.reject(new Failure('BadConfig', 'no such group'));
    const { world, ran } = await withStep('arm', stepDecide, () => ({
      scheduler: { arm: fail, disarm: fail },
    }));
    const { id } = await world.active();
    expect(ran()).toBe(1);
    // Arm deadline is repeated until the schedule is set; only then is an instance created.
    expect(world.calls.slice(0, world.calls.indexOf('launch'))).toEqual(
      expect.arrayContaining(['choose', 'arm', 'arm']),
    );
    expect(world.calls.filter((name) => name === 'arm')).toHaveLength(2);
    await world.end(id);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});

it('a report that is too old to decide on is read again', async () => {
  const { world, ran } = await withStep('confirm', stepDecide, ({ clock }) => ({
    clock: { now: () => epochMs(clock.now() + policy.ready.maxReportAge + 1) },
  }));
  await world.active();
  expect(ran()).toBe(1);
  const from = world.calls.indexOf('get');
  const again = ['get', 'confirm', 'park', 'get', 'confirm', 'serve'];
  expect(world.calls.slice(from)).toEqual(again);
  await world.close();
});

describe('a release between the read of the lease and the parked token', () => {
  it.each([
    // A read of an instance follows the one before after 2.5 s at least.
    ['serve', 3_000],
    // The provider does not show an instance at once, and only a shown one is destroyed.
    ['await', 8_000],
  ])('of %s ends the lease at once', async (name, limit) => {
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
    const opened = await withStep(name, stepDecide, ({ database }) => ({
      database: { ...database, endpoint },
    }));
    world = opened.world;
    const endpoint = await between.front(world.service.runtime.database?.endpoint ?? '');
    id = await world.request();
    await world.until(async () => released === 1, 1);
    const from = world.clock.now();
    await world.until(async () => world?.market.instances().every(({ alive }) => !alive) === true);
    expect(world.clock.now() - from).toBeLessThanOrEqual(limit);
    await world.untilState(id, 'ended');
    expect(await world.leftovers(id)).toEqual([]);
    between.close();
    await world.close();
  });
});
