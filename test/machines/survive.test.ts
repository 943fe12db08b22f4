// No single failure of ours ends a lease. For every Task of the state machine before `ending` and
// every way in which one of its calls can fail once, the lease becomes and stays active; the same
// holds for an outage of the database. The market says what is alive. A later release ends the
// lease, proved, with nothing left.

import { describe, expect, it } from 'vitest';
import { FAILURES, type FailureName, OUTCOME_NAMES } from '../../shared/core/base/failure.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { minutes } from '../../shared/core/base/time.ts';
import { isLong, limitOf } from '../support/long.ts';
import { LARGE_MARKET, type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { failingWorld, type StepFault, TASKS_BEFORE_ENDING } from '../support/worlds/steps.ts';
import { MINUTE } from '../support/worlds/virtual-time.ts';

type Kind = StepFault & { readonly says: string };

const KINDS: readonly Kind[] = [
  { says: 'cannot reach the database', fails: { error: 'StoreDown' }, when: 'after' },
  { says: 'crashes', fails: 'unknown', when: 'after' },
  { says: 'times out', fails: 'timeout', when: 'before' },
  { says: 'is throttled', fails: 'throttle', when: 'before' },
];

const detours: readonly string[] = Object.values(OUTCOME_NAMES);
const ours = (Object.keys(FAILURES) as FailureName[]).filter(
  (name) => FAILURES[name].action !== 'route' && !detours.includes(name),
);
/** Errors of bugs and of AWS, under the names that Step Functions reports. */
const FOREIGN = [
  ...['TypeError', 'InvariantError', 'Error', 'Lambda.ServiceException', 'Lambda.Unknown'],
  ...['Lambda.AWSLambdaException', 'Lambda.SdkClientException', 'Lambda.ResourceNotReadyException'],
  ...['Lambda.ENILimitReachedException', 'Runtime.ExitError', 'Runtime.OutOfMemory'],
  ...['Sandbox.Timedout', 'States.Permissions', 'RateLimited'],
];
const EVERY_NAME: readonly Kind[] = [...ours, ...FOREIGN].flatMap((error) =>
  (['before', 'after'] as const).map((when) => ({
    says: `${error} ${when}`,
    fails: { error },
    when,
  })),
);
const BOTH_WAYS: readonly Kind[] = KINDS.map((kind) => ({
  ...kind,
  says: `${kind.says}, the other way`,
  when: kind.when === 'before' ? ('after' as const) : ('before' as const),
}));

/** An extension wakes Serve, which leads to Judge. */
async function extend(world: LeaseWorld, id: LeaseId): Promise<void> {
  const { deadline } = await world.lease(id);
  const until = new Date(deadline + 10 * MINUTE).toISOString();
  const { status } = await world.ask('extendLease', { params: { id }, body: { until } });
  expect(status).toBe(200);
}

describe.each(TASKS_BEFORE_ENDING)(
  'when $name',
  (task) => {
    const kinds = isLong ? [...KINDS, ...BOTH_WAYS, ...EVERY_NAME] : KINDS;
    it.each(kinds)('$says once, the lease is still served', async ({ says: _, ...fault }) => {
      const world = await failingWorld(task, fault);
      const { id, instanceId } = await world.active();
      await extend(world, id);
      // Shorter than the silence limit: an instance that is probed sends no heartbeats.
      await world.pass(4 * MINUTE);
      expect(world.calls.filter((name) => name === task.step).length).toBeGreaterThan(1);
      expect(await world.lease(id)).toMatchObject({ state: 'active', instanceId, generation: 1 });
      expect(world.lives(instanceId)).toBe(true);
      expect(world.alive()).toBe(1);
      await world.end(id);
      expect(await world.lease(id)).toMatchObject({ reason: 'released' });
      expect(await world.leftovers(id)).toEqual([]);
      await world.close();
    });
  },
  limitOf('survive'),
);

describe('an outage of the database for 8 minutes', () => {
  it('ends no active lease', async () => {
    let down = false;
    const onDatabaseCall = () => {
      if (down) throw new Error('the database is down');
    };
    const world = await leaseWorld({ ...LARGE_MARKET, onDatabaseCall, sweepEvery: minutes(1) });
    const leases = [];
    for (let count = 1; count <= 10; count += 1) {
      leases.push(await world.active({ silenceLimitSeconds: 1_200, hours: 2 }));
    }
    // Every lease is woken at the start of the outage, and so needs its next steps.
    for (const { id } of leases) await extend(world, id);
    down = true;
    await world.pass(8 * MINUTE);
    down = false;
    await world.pass(15 * MINUTE);
    for (const { id, instanceId } of leases) {
      expect(await world.lease(id)).toMatchObject({ state: 'active', instanceId });
      expect(world.lives(instanceId)).toBe(true);
    }
    for (const { id } of leases) await world.end(id);
    expect(await world.leftovers(...leases.map(({ id }) => id))).toEqual([]);
    await world.close();
  });
});
