// The pairs of actors that may work on one lease at the same time; none of the pairs may do harm.

import { handler as executionEnded } from '../../../functions/event-execution-ended.ts';
import { handler as enforceDeadline } from '../../../functions/timer-deadline.ts';
import { books } from '../../../shared/app/lease.ts';
import { once, within } from '../../../shared/app/runtime.ts';
import type { LeaseId } from '../../../shared/core/base/ids.ts';
import { CONSUMER } from '../worlds/lease.ts';
import { MINUTE } from '../worlds/virtual-time.ts';
import type { Race, RaceWorld, Work } from './world.ts';

const CONTEXT = { functionName: 'test' } as never;
const SOON = { hours: 0.1 };
/** Lambda stops a function after 60 s, so no actor is held for longer. */
const MAX_HELD = 50_000;

const extend =
  (world: RaceWorld, id: LeaseId, until: number): Work =>
  () =>
    world.ask('extendLease', { params: { id }, body: { until: new Date(until).toISOString() } });
const addHours =
  (world: RaceWorld, id: LeaseId, key: string): Work =>
  () =>
    world.ask('extendLease', {
      params: { id },
      headers: { 'idempotency-key': key },
      body: { hours: 0.5 },
    });
const heartbeatOfApp =
  (world: RaceWorld, id: LeaseId): Work =>
  () =>
    world.ask('recordHeartbeat', { params: { id } });
/** The heartbeat that the instance of the lease sends; `number` may start anywhere. */
const heartbeatOfNode =
  (world: RaceWorld, id: LeaseId, number: number): Work =>
  () => {
    const instance = world.market.instances().findLast(({ label }) => label?.includes(id));
    const authorization = `Bearer ${instance?.env['GPU_SHOPPER_LEASE_TOKEN']}`;
    return world.service.call('recordNodeHeartbeat', {
      headers: { authorization },
      body: { number },
    });
  };
const schedule =
  ({ service: { runtime } }: RaceWorld, leaseId: LeaseId): Work =>
  () =>
    within(runtime, () => enforceDeadline({ leaseId }, CONTEXT));
const restart =
  ({ service: { runtime } }: RaceWorld, id: LeaseId): Work =>
  () =>
    within(runtime, () =>
      executionEnded({ detail: { name: `${id}-1`, status: 'ABORTED' } }, CONTEXT),
    );

/** A step of a lease that was just requested. */
async function starting(world: RaceWorld, step: string, body = {}) {
  const caught = world.caught(step);
  const id = await world.request(body);
  return { id, first: await caught };
}

/** A step at the end of an expired lease. */
async function expiring(world: RaceWorld, step: string) {
  const { id } = await world.active(SOON);
  return { id, first: await world.caught(step) };
}

/** A step at the end of a released lease. */
async function releasing(world: RaceWorld, step: string) {
  const { id } = await world.active();
  const caught = world.caught(step);
  await world.release(id);
  return { id, first: await caught };
}

const releasedWhile = (step: string): Race => ({
  says: `${step} and a release`,
  reasons: ['released'],
  meet: async (world) => {
    const { id, first } = await starting(world, step);
    return { id, first, second: () => world.release(id) };
  },
});

const STARTING = ['choose', 'arm', 'launch', 'await', 'confirm'];

export const LAUNCH_RACES: readonly Race[] = [
  ...[...STARTING, 'serve'].map(releasedWhile),
  {
    says: 'AwaitReady and the first heartbeat',
    reasons: ['released'],
    meet: async (world) => {
      const { id, first } = await starting(world, 'await');
      return { id, first, second: heartbeatOfNode(world, id, 1) };
    },
  },
  ...['launch', 'confirm'].map(
    (step): Race => ({
      says: `${step} and a sweep`,
      reasons: ['released'],
      market: { listLagMs: 0 },
      meet: async (world) => {
        const { id, first } = await starting(world, step);
        return { id, first, second: () => world.service.sweep() };
      },
    }),
  ),
  {
    says: 'FindLaunched and a sweep',
    reasons: ['released'],
    market: { listLagMs: 0 },
    meet: async (world) => {
      world.market.addFault({ name: 'drop-after-effect', operation: 'create', times: 1 });
      const { id, first } = await starting(world, 'find');
      return { id, first, second: () => world.service.sweep() };
    },
  },
  {
    says: 'RetireAttempt and a sweep',
    reasons: ['released'],
    meet: async (world) => {
      world.market.addFault({ name: 'never-boots', times: 1 });
      const { id, first } = await starting(world, 'retire');
      return { id, first, second: () => world.service.sweep() };
    },
  },
];

const scheduledWhile = (step: string): Race => ({
  says: `${step} and the schedule`,
  reasons: ['expired'],
  meet: async (world) => {
    const { id, first } = await expiring(world, step);
    return { id, first, second: schedule(world, id) };
  },
});

const silent = async (world: RaceWorld) => {
  const { id } = await world.active({ liveness: 'app', silenceLimitSeconds: 60 });
  // The first run of Judge only records the silence.
  await (await world.caught('judge'))();
  return { id, first: await world.caught('judge') };
};

export const END_RACES: readonly Race[] = [
  ...['judge', 'destroy', 'prove'].map(scheduledWhile),
  {
    says: 'Judge of a silence and a heartbeat',
    reasons: ['released', 'silent'],
    meet: async (world) => {
      const { id, first } = await silent(world);
      return { id, first, second: heartbeatOfApp(world, id) };
    },
  },
  {
    says: 'Judge of a silence and an extension',
    reasons: ['silent'],
    meet: async (world) => {
      const { id, first } = await silent(world);
      const { deadline } = await world.lease(id);
      return { id, first, second: extend(world, id, deadline + 30 * MINUTE) };
    },
  },
  {
    says: 'a release and a heartbeat of its instance',
    reasons: ['released'],
    meet: async (world) => {
      const { id } = await world.active();
      const heartbeat = heartbeatOfNode(world, id, Math.floor(world.clock.now() / 1_000) + 1);
      return { id, first: () => world.release(id), second: heartbeat };
    },
  },
  {
    says: 'EndLease and a heartbeat of its instance',
    reasons: ['released'],
    meet: async (world) => {
      const { id, first } = await releasing(world, 'end');
      const heartbeat = heartbeatOfNode(world, id, Math.floor(world.clock.now() / 1_000) + 1);
      return { id, first, second: heartbeat };
    },
  },
  {
    says: 'SettleLease and a release',
    reasons: ['released'],
    meet: async (world) => {
      const { id, first } = await releasing(world, 'settle');
      return { id, first, second: () => world.release(id) };
    },
  },
  {
    says: 'SettleLease and the schedule',
    reasons: ['expired'],
    meet: async (world) => {
      const { id, first } = await expiring(world, 'settle');
      return { id, first, second: schedule(world, id) };
    },
  },
];

/** A check that the lease was extended by `byMs` and that its hold covers it. */
async function extensionCheck(world: RaceWorld, id: LeaseId) {
  const before = await world.lease(id);
  return (byMs: number) => async (): Promise<readonly string[]> => {
    const { deadline, hold } = await world.lease(id);
    const account = await once(world.service.runtime, books).accounts.get(CONSUMER);
    const held = account?.holds[id]?.amountMicroUsd ?? 0;
    return [
      ...(deadline - before.deadline === byMs
        ? []
        : [`its deadline moved by ${deadline - before.deadline} ms`]),
      ...(held === hold.amountMicroUsd
        ? []
        : [`the account holds ${held}, the lease ${hold.amountMicroUsd}`]),
    ];
  };
}

export const EXTENSION_RACES: readonly Race[] = [
  {
    says: 'an extension and its release',
    reasons: ['released'],
    meet: async (world) => {
      const { id } = await world.active();
      const { deadline } = await world.lease(id);
      const first = extend(world, id, deadline + 30 * MINUTE);
      return { id, first, second: () => world.release(id) };
    },
  },
  {
    says: 'an extension and the last warning of the schedule',
    reasons: ['released'],
    meet: async (world) => {
      const { id } = await world.active(SOON);
      const { deadline } = await world.lease(id);
      const fired = await world.caught('timer-deadline');
      return { id, first: extend(world, id, deadline + 30 * MINUTE), second: fired };
    },
  },
  {
    says: 'two extensions by hours',
    reasons: ['released'],
    meet: async (world) => {
      const { id } = await world.active();
      const [first, second] = [addHours(world, id, 'first-key'), addHours(world, id, 'second-key')];
      return { id, first, second, also: (await extensionCheck(world, id))(60 * MINUTE) };
    },
  },
  {
    says: 'an extension and its repeat',
    reasons: ['released'],
    meet: async (world) => {
      const { id } = await world.active();
      const again = addHours(world, id, 'the-same-key');
      return {
        id,
        first: again,
        second: again,
        also: (await extensionCheck(world, id))(30 * MINUTE),
      };
    },
  },
];

/** An extension that is held while its lease expires. */
export const EXTENSION_TOO_LATE: Race = {
  says: 'an extension and the end of its lease',
  reasons: ['expired', 'released'],
  meet: async (world) => {
    const { id } = await world.active(SOON);
    const { deadline } = await world.lease(id);
    await world.pass(deadline - world.clock.now() - 1_000);
    const first = extend(world, id, deadline + 30 * MINUTE);
    return { id, first, second: async () => undefined, heldMs: 20_000 };
  },
};

/** Several findings in one sweep: a twin, an unrecorded instance, and an overdue lease. */
export const TWO_SWEEPS: Race = {
  says: 'two sweeps',
  reasons: ['expired'],
  meet: async (world) => {
    const { id } = await world.active(SOON);
    await world.caught('judge');
    await world.service.runtime.scheduler?.disarm(id);
    world.plant();
    await world.pass(10_000);
    await world.service.sweep();
    await world.pass(MINUTE);
    world.plant({ leaseId: id });
    await world.pass(6_000);
    const sweep = () => world.service.sweep();
    return { id, first: sweep, second: sweep };
  },
};

/** How long the instance of an unanswered create call is searched for. */
const MAX_SEARCH = 9 * MINUTE;

type Begin = (world: RaceWorld, step: string) => Promise<{ id: LeaseId; first: Work }>;

const takenOver = (step: string, begin: Begin): Race => ({
  says: `${step} and the next generation`,
  reasons: ['released', 'expired'],
  ...(step === 'launch' && { calmMs: MAX_SEARCH }),
  meet: async (world) => {
    const { id, first } = await begin(world, step);
    return { id, first, second: restart(world, id), heldMs: MAX_HELD };
  },
});

const BEGINNING = ['choose', 'launch', 'await', 'confirm', 'serve'];
const ENDING = ['judge', 'end', 'destroy', 'prove', 'settle'];

/** A step of a replaced execution, held for as long as a function may run. */
export const GENERATION_RACES: readonly Race[] = [
  ...BEGINNING.map((step) => takenOver(step, starting)),
  ...ENDING.map((step) => takenOver(step, expiring)),
];
