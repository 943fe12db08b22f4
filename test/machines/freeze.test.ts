// A freeze stops what has not started and ends what has. It says that it is finished only when two
// complete listings, started after everything under way could have landed, show nothing of its
// scope.

import { describe, expect, it } from 'vitest';
import { advanceFreezes } from '../../shared/app/operations.ts';
import { freezes } from '../../shared/app/parts.ts';
import { once } from '../../shared/app/runtime.ts';
import { brandId, ConsumerId, type LeaseId } from '../../shared/core/base/ids.ts';
import { epochMs } from '../../shared/core/base/time.ts';
import { placeFreeze } from '../../shared/core/operations/freeze.ts';
import { type LeaseWorld, leaseWorld, OPERATOR } from '../support/worlds/lease.ts';
import { marketBetween } from '../support/worlds/market-between.ts';
import { type Meddle, MINUTE } from '../support/worlds/virtual-time.ts';

const OTHER = { userArn: 'arn:aws:sts::123456789012:assumed-role/other/run-1' };
const KEY = `ssh-ed25519 ${'A'.repeat(68)} test@laptop`;
const ALL = { scope: 'all', why: 'our key has leaked' };

type Frozen = {
  readonly state: string;
  readonly landedBy: string | null;
  readonly finishedAt: string | null;
  readonly lastLook: { readonly leases: number; readonly instances: number } | null;
  readonly acts: readonly { readonly kind: string; readonly by: string; readonly why: string }[];
};

const freeze = (world: LeaseWorld, body: object = ALL) =>
  world.ask('placeFreeze', { userArn: OPERATOR, body });
const thaw = (world: LeaseWorld, body: object = ALL) =>
  world.ask('thaw', { userArn: OPERATOR, body });
const round = (world: LeaseWorld) => once(world.service.runtime, advanceFreezes)(undefined);

async function frozen(world: LeaseWorld): Promise<Frozen> {
  const { body } = await world.ask('readFreezes', { userArn: OPERATOR });
  const [first] = (body as { freezes: Frozen[] }).freezes;
  if (first === undefined) throw new Error('nothing was ever frozen');
  return first;
}

/** A round each minute, until the freeze is finished. */
async function untilFinished(world: LeaseWorld): Promise<Frozen> {
  for (let minute = 1; minute <= 40; minute += 1) {
    await round(world);
    const now = await frozen(world);
    if (now.finishedAt !== null) return now;
    await world.pass(MINUTE);
  }
  throw new Error('the freeze is not finished after 40 rounds');
}

const ask = (world: LeaseWorld, who: object, key: string) =>
  world.ask('requestLease', {
    ...who,
    headers: { 'idempotency-key': key },
    body: { gpuNames: ['RTX 4090'], sshPublicKey: KEY },
  });

const alive = (world: LeaseWorld) => world.market.instances().filter((each) => each.alive);

describe('a freeze of everything', () => {
  it('ends every lease, takes no new ones, and finishes when nothing can be left', async () => {
    const world = await leaseWorld();
    const [first, second] = [await world.request(), await world.request()];
    await world.untilState(first, 'active');
    await world.untilState(second, 'active');
    const third = await world.request();
    const since = world.clock.now();
    expect(await freeze(world)).toMatchObject({ status: 202, body: { state: 'freezing' } });

    const refused = await ask(world, {}, 'during-the-freeze');
    expect(refused).toMatchObject({ status: 503, body: { retryable: false } });
    for (const id of [first, second, third]) {
      await world.untilState(id, 'ended');
      expect(await world.lease(id)).toMatchObject({ reason: 'operator' });
    }
    await round(world);
    // All leases are ended, but a create call that nobody answered could still land.
    expect(await frozen(world)).toMatchObject({ state: 'freezing', lastLook: { instances: 0 } });

    const finished = await untilFinished(world);
    const { landedBy } = finished;
    expect(finished).toMatchObject({ state: 'frozen', lastLook: { leases: 0, instances: 0 } });
    expect(Date.parse(finished.finishedAt ?? '')).toBeGreaterThan(Date.parse(landedBy ?? ''));
    expect(Date.parse(landedBy ?? '') - since).toBeGreaterThan(6 * MINUTE);
    expect(alive(world)).toEqual([]);
    expect(await world.leftovers(first, second, third)).toEqual([]);
    await world.close();
  });

  it('stands until it is thawed; both say who and why', async () => {
    const world = await leaseWorld();
    expect(await thaw(world)).toMatchObject({ status: 404 });
    await freeze(world);
    await freeze(world);
    await freeze(world, { ...ALL, why: 'and it has leaked again' });
    await untilFinished(world);
    expect(await ask(world, {}, 'still-frozen')).toMatchObject({ status: 503 });
    expect(await thaw(world, { ...ALL, why: 'a new key' })).toMatchObject({
      status: 200,
      body: { state: 'thawed' },
    });
    const by = '123456789012/operator';
    expect((await frozen(world)).acts).toMatchObject([
      { kind: 'freeze', by, why: 'our key has leaked' },
      { kind: 'freeze', by, why: 'and it has leaked again' },
      { kind: 'thaw', by, why: 'a new key' },
    ]);
    await world.active();
    await world.close();
  });

  it('is for operators only', async () => {
    const world = await leaseWorld();
    expect(await world.ask('placeFreeze', { body: ALL })).toMatchObject({ status: 403 });
    expect(await world.ask('thaw', { body: ALL })).toMatchObject({ status: 403 });
    expect(await world.ask('readFreezes')).toMatchObject({ status: 403 });
    expect(await world.ask('readDoctor')).toMatchObject({ status: 403 });
    await world.close();
  });

  it('is not finished by a listing that fails', async () => {
    const world = await leaseWorld();
    await freeze(world);
    await world.pass(20 * MINUTE);
    world.market.addFault({ name: 'fail-before-effect', operation: 'list' });
    await expect(round(world)).rejects.toHaveProperty('name', 'ProviderDown');
    expect(await frozen(world)).toMatchObject({ state: 'freezing', lastLook: null });
    await world.close();
  });
});

/** A world in which something happens just before each run of a step. */
async function worldActing(step: string, act: (world: LeaseWorld) => Promise<unknown>) {
  let world: LeaseWorld | undefined;
  const meddle: Meddle = async (call, run) => {
    if (call.name === step && world !== undefined) await act(world);
    return run();
  };
  world = await leaseWorld({ meddle });
  return world;
}

describe('an attempt in flight', () => {
  it('that has not recorded its intent when the freeze is placed is never made', async () => {
    const world = await worldActing('LaunchInstance', freeze);
    const id = await world.request();
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'operator', attempts: [] });
    expect(world.market.instances()).toEqual([]);
    await world.close();
  });

  it.each([
    ['before it takes effect', 'before', undefined],
    ['after it took effect', 'after', undefined],
    ['after it took effect, the reply being lost', 'after', 'break'],
  ] as const)('is destroyed when the freeze comes %s', async (_case, when, answer) => {
    let world: LeaseWorld | undefined;
    const between = marketBetween(async (moment) => {
      const create = moment.method === 'PUT' && moment.path.includes('/asks/');
      if (!create || moment.when !== when || world === undefined) return undefined;
      await freeze(world);
      return answer;
    });
    world = await leaseWorld({ between: between.front });
    const id = await world.request();
    await world.until(async () => world?.market.instances().length === 1);
    const finished = await untilFinished(world);
    expect(finished.state).toBe('frozen');
    expect(alive(world)).toEqual([]);
    expect(await world.lease(id)).toMatchObject({ state: 'ended', reason: 'operator' });
    expect(await world.leftovers(id)).toEqual([]);
    between.close();
    await world.close();
  });

  // As if the index of open leases lagged behind: the record is written, and nothing is ended.
  it.each(['ChooseOffer', 'LaunchInstance'])(
    'of a lease that the freeze did not see is not made: %s looks again',
    async (step) => {
      const world = await worldActing(step, async ({ clock, service }) => {
        const now = epochMs(clock.now());
        const by = brandId(ConsumerId, '123456789012/operator');
        const placing = { scope: { kind: 'all' }, landedBy: now, by, why: 'a test' } as const;
        const record = placeFreeze(null, placing, now);
        if (record !== null) await freezes(service.runtime).commit(record);
      });
      const id = await world.request();
      await world.untilState(id, 'ended');
      expect(await world.lease(id)).toMatchObject({ reason: 'operator', attempts: [] });
      expect(world.market.instances()).toEqual([]);
      await world.close();
    },
  );
});

describe('a freeze of a part', () => {
  it('of one consumer leaves the others alone', async () => {
    const world = await leaseWorld();
    const mine = await world.request();
    const theirs = (await ask(world, OTHER, 'their-first-lease')).body as { id: LeaseId };
    await world.untilState(mine, 'active');
    await world.untilState(theirs.id, 'active');
    const scope = { scope: 'consumer', consumer: '123456789012/other', why: 'unpaid' };
    await freeze(world, scope);
    await world.untilState(theirs.id, 'ended');
    const finished = await untilFinished(world);
    expect(finished.state).toBe('frozen');
    expect((await world.lease(mine)).state).toBe('active');
    expect(await ask(world, OTHER, 'their-next-lease')).toMatchObject({ status: 503 });
    expect(await ask(world, {}, 'my-next-lease-key')).toMatchObject({ status: 202 });
    await world.close();
  });

  it('of one provider ends what runs there, and nothing new goes there', async () => {
    const world = await leaseWorld();
    const { id } = await world.active();
    await freeze(world, { scope: 'provider', provider: 'vastai', why: 'they bill twice' });
    await world.untilState(id, 'ended');
    const next = await world.request();
    await world.untilState(next, 'ended');
    expect(await world.lease(next)).toMatchObject({ reason: 'no-offer', attempts: [] });
    expect((await untilFinished(world)).state).toBe('frozen');
    expect(await world.leftovers(id, next)).toEqual([]);
    await world.close();
  });

  it('placed just before a launch there gives the chosen offer up', async () => {
    const provider = { scope: 'provider', provider: 'vastai', why: 'they bill twice' };
    const world = await worldActing('LaunchInstance', (each) => freeze(each, provider));
    const id = await world.request();
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'no-offer', attempts: [] });
    expect(world.market.instances()).toEqual([]);
    await world.close();
  });
});
