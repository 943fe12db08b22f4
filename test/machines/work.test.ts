// Work in queues: each window in which a worker, a message or an answer can be lost, and messages
// that come twice, late, or are none. The lease is served and torn down all the same, with one
// instance.

import { describe, expect, it } from 'vitest';
import { handler as workList } from '../../functions/work-list.ts';
import { handler as workProvider } from '../../functions/work-provider.ts';
import { firstProvider } from '../../local/markets.ts';
import { within } from '../../shared/app/runtime.ts';
import { Failure } from '../../shared/core/base/failure.ts';
import { WORKERS, type Worker } from '../../shared/core/base/functions.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { minutes, seconds } from '../../shared/core/base/time.ts';
import { messageGroupOf, type StepMessage } from '../../shared/core/lease/work-message.ts';
import type { LogLine } from '../../shared/ports/log.ts';
import { aLeaseId } from '../support/builders/base.ts';
import { isLong, SEED } from '../support/long.ts';
import { type LeaseWorld, type LeaseWorldOptions, leaseWorld } from '../support/worlds/lease.ts';
import { marketBetween } from '../support/worlds/market-between.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

const CONTEXT = { functionName: 'test' } as never;
const FOR_EVER = Number.POSITIVE_INFINITY;
const sweepEvery = minutes(1);
const GROUP = messageGroupOf(firstProvider, 'launch', 0);

/** Serves one lease and ends it; nothing may be left. */
async function served(world: LeaseWorld): Promise<LeaseId> {
  const { id } = await world.active();
  expect(world.alive()).toBe(1);
  await world.end(id);
  expect(world.market.instances()).toHaveLength(1);
  expect(await world.leftovers(id)).toEqual([]);
  return id;
}

/** The messages that are left, in flight or not. */
const messagesIn = ({ service }: LeaseWorld): readonly string[] =>
  Object.values(service.work.queues).flatMap((queue) =>
    queue.messages().map(({ sent }) => sent.id),
  );

const destroysIn = ({ market }: LeaseWorld): number =>
  market.requests().filter(({ method }) => method === 'DELETE').length;

type Faults = LeaseWorld['service']['work']['faults'][Worker];
type Fault = Parameters<Faults['add']>[0];

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['a message that was not sent', { of: 'send', fails: 'throttle' }],
  ['a message that was sent although its reply is lost', { of: 'send', fails: 'timeout-after' }],
  ['a message that is never delivered', { of: 'send', fails: 'lose' }],
  ['each message delivered twice at once', { of: 'delivery', fails: 'twice', times: FOR_EVER }],
  ['a worker that begins in the last second', { of: 'delivery', fails: 'late' }],
  ['a message that is not deleted', { of: 'delete', fails: 'throttle' }],
  ['a message that can’t be held', { of: 'changeVisibility', fails: 'throttle' }],
];

/** Each fault in both queues in a long run, otherwise in one. */
const lossy = FAULTS.flatMap(([says, fault], index) =>
  WORKERS.filter((_, queue) => isLong || (index + SEED) % 2 === queue).map((worker) => ({
    ...{ says, fault, worker },
  })),
);

describe('with a faulty queue', () => {
  it.each(lossy)('a lease is served: $says, in $worker', async ({ fault, worker }) => {
    const world = await leaseWorld({ sweepEvery });
    world.service.work.faults[worker].add(fault);
    const id = await served(world);
    await world.pass(20 * MINUTE);
    expect(messagesIn(world)).toEqual([]);
    expect((await world.lease(id)).attempts).toHaveLength(1);
    await world.close();
  });
});

describe('a crash', () => {
  it('of Park after it sent the message keeps the turn and its place', async () => {
    const world = await leaseWorld();
    world.service.lambda.addFault({
      ...{ function: 'step-decide', step: 'park', fails: 'exit', when: 'after' },
    });
    const id = await world.request();
    await world.untilState(id, 'booting');
    expect((await world.lease(id)).work).toMatchObject({ step: 'launch', turn: 1 });
    await world.untilState(id, 'active');
    await world.end(id);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });

  it.each(['launch', 'get', 'destroy', 'prove'] as const)(
    'of a worker in %s delays it by a minute',
    async (step) => {
      const world = await leaseWorld();
      const worker = step === 'prove' ? 'work-list' : 'work-provider';
      for (const when of ['before', 'after'] as const) {
        world.service.lambda.addFault({ function: worker, step, fails: 'exit', when });
      }
      const from = world.clock.now();
      await served(world);
      // Two crashes, an ordinary boot, and two listings.
      expect(world.clock.now() - from).toBeLessThan(7 * MINUTE);
      await world.close();
    },
  );

  it('of each run of a step is answered as Crashed, and others of the group go on', async () => {
    const world = await leaseWorld();
    const first = await world.active();
    const second = await world.active({ gpuNames: ['RTX 3090'] });
    await world.release(first.id);
    // Only the messages of the first lease crash their worker.
    world.service.lambda.addFault({
      ...{ function: 'work-list', step: 'prove', fails: 'exit', when: 'before', times: 9 },
    });
    await world.pass(15 * MINUTE);
    await world.release(second.id);
    await world.untilState(second.id, 'ended');
    await world.untilState(first.id, 'ended');
    expect(messagesIn(world)).toEqual([]);
    expect(await world.leftovers(first.id, second.id)).toEqual([]);
    await world.close();
  });
});

/** Answers that Step Functions does not take. */
async function unanswering(times: number, options: LeaseWorldOptions = {}) {
  const world = await leaseWorld({ sweepEvery, ...options });
  const { workflow } = world.service.runtime;
  if (workflow === undefined) throw new Error('the service has a workflow');
  const { answer } = workflow;
  let failures = 0;
  Object.assign(workflow, {
    answer: async (...args: Parameters<typeof answer>) => {
      failures += 1;
      if (failures <= times) throw new Failure('ProviderDown', 'Step Functions is down');
      return answer(...args);
    },
  });
  return world;
}

describe('an answer', () => {
  it('that fails once is repeated by the worker', async () => {
    const world = await unanswering(1);
    await served(world);
    await world.close();
  });

  it('that fails twice is sent by the sweep, and holds no queue up', async () => {
    const world = await unanswering(2);
    const id = await world.request();
    await world.until(async () => (await world.lease(id)).work?.unansweredSince != null);
    expect(messagesIn(world)).toEqual([]);
    await world.untilState(id, 'active');
    expect((await world.lease(id)).work).toMatchObject({ unansweredSince: null });
    await world.end(id);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});

it('a slow worker that goes on after ten minutes creates nothing and changes nothing', async () => {
  let world: LeaseWorld | undefined;
  let held = 0;
  const between = marketBetween(async ({ method, path, when }) => {
    if (method !== 'PUT' || !path.includes('/asks/') || when !== 'after' || held > 0)
      return undefined;
    held += 1;
    await world?.duringCall(() => world?.pass(10 * MINUTE) ?? Promise.resolve());
    return undefined;
  });
  world = await leaseWorld({ between: between.front, sweepEvery });
  const { id, attempts } = await world.active();
  expect(held).toBe(1);
  expect(attempts).toHaveLength(1);
  // The next delivery found the recorded attempt, and looked for its instance.
  expect(world.calls).toContain('find');
  await world.pass(15 * MINUTE);
  expect(world.market.instances()).toHaveLength(1);
  await world.end(id);
  expect(await world.leftovers(id)).toEqual([]);
  between.close();
  await world.close();
});

/** Delivers a body to a worker as its queue would. */
function deliver({ service }: LeaseWorld, worker: Worker, body: string): Promise<unknown> {
  const handler = worker === 'work-list' ? workList : workProvider;
  const attributes = { ApproximateReceiveCount: '1' };
  const record = { messageId: 'm-1', receiptHandle: 'r-1', body, attributes };
  return within(service.runtime, () => handler({ Records: [record] }, CONTEXT));
}

describe('a bad message', () => {
  const message = (change: object = {}) =>
    JSON.stringify({ lease: aLeaseId(), generation: 1, step: 'launch', turn: 1, ...change });

  it.each([
    ['no JSON', 'nonsense'],
    ['another form', '{"hello":"world"}'],
    ['an unknown step', message({ step: 'dance' })],
    ['a step of another worker', message({ step: 'prove' })],
    ['a bad turn', message({ turn: 0 })],
    ['a bad lease id', message({ lease: '../../etc' })],
  ])('of %s is put aside with a page', async (_says, body) => {
    const lines: LogLine[] = [];
    const world = await leaseWorld({ log: (line) => void lines.push(line) });
    expect(await deliver(world, 'work-provider', body)).toEqual({ batchItemFailures: [] });
    expect(lines).toMatchObject([
      { kind: 'page', message: expect.stringContaining('bad-message') },
    ]);
    await world.close();
  });

  it.each([
    ['an ended lease', { turn: 1 }],
    ['an older generation', { generation: 7 }],
    ['a turn that never was', { turn: 99 }],
  ])('of %s changes nothing and is deleted', async (_says, change) => {
    const world = await leaseWorld();
    const id = await served(world);
    const before = await world.lease(id);
    const calls = world.market.requests().length;
    const replayed = { lease: id, generation: 1, step: 'launch', turn: 1, ...change };
    await world.service.work.queues['work-provider'].send({
      ...{ message: replayed as StepMessage, group: GROUP, deduplicationId: 'again' },
    });
    await world.pass(MINUTE);
    expect(messagesIn(world)).toEqual([]);
    expect(await world.lease(id)).toEqual(before);
    expect(world.market.requests()).toHaveLength(calls);
    await world.close();
  });

  it('of an unknown lease is put aside with a page', async () => {
    const lines: LogLine[] = [];
    const world = await leaseWorld({ log: (line) => void lines.push(line) });
    const lost: StepMessage = { lease: aLeaseId('lost'), generation: 1, step: 'launch', turn: 1 };
    await world.service.work.queues['work-provider'].send({
      ...{ message: lost, group: GROUP, deduplicationId: 'lost' },
    });
    await world.pass(seconds(10));
    expect(messagesIn(world)).toEqual([]);
    expect(lines).toMatchObject([{ kind: 'page', message: expect.stringContaining('not found') }]);
    await served(world);
    await world.close();
  });
});

describe('a lease that is released in a queue', () => {
  it('leaves it at once, and nothing is created for it', async () => {
    const world = await leaseWorld();
    // Somebody else's calls have closed the gate of creates.
    world.market.addFault({ name: 'rate-limit', operation: 'create', times: 20 });
    const id = await world.request();
    await world.pass(MINUTE);
    expect(await world.lease(id)).toMatchObject({ state: 'launching', work: { step: 'launch' } });
    const from = world.clock.now();
    await world.end(id);
    expect(world.clock.now() - from).toBeLessThan(MINUTE);
    expect(world.market.instances()).toEqual([]);
    expect(destroysIn(world)).toBe(0);
    expect(await world.leftovers(id)).toEqual([]);
    await world.close();
  });
});
