// A freeze prevents launches and ends open leases. It is finished only when two complete listings,
// started after every call in progress could have taken effect, show no instance in its scope.

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

type FreezeView = {
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
const advance = (world: LeaseWorld) => once(world.service.runtime, advanceFreezes)(undefined);

async function readFreeze(world: LeaseWorld): Promise<FreezeView> {
  const { body } = await world.ask('readFreezes', { userArn: OPERATOR });
  const [first] = (body as { freezes: FreezeView[] }).freezes;
  if (first === undefined) throw new Error('there is no freeze');
  return first;
}

/** Advances the freeze each minute until it is finished. */
async function untilFinished(world: LeaseWorld): Promise<FreezeView> {
  for (let minute = 1; minute <= 40; minute += 1) {
    await advance(world);
    const now = await readFreeze(world);
    if (now.finishedAt !== null) return now;
    await world.pass(MINUTE);
  }
  throw new Error('the freeze is not finished after 40 minutes');
}

const ask = (world: LeaseWorld, who: object, key: string) =>
  world.ask('requestLease', {
    ...who,
    headers: { 'idempotency-key': key },
    body: { gpuNames: ['RTX 4090'], sshPublicKey: KEY },
  });

const alive = (world: LeaseWorld) => world.market.instances().filter((each) => each.alive);

describe('a freeze of everything', () => {
  it('ends every lease, refuses new ones, and finishes when no instance can be left', async () => {
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
    await advance(world);
    // All leases are ended, but a create call without a reply could still take effect.
    expect(await readFreeze(world)).toMatchObject({
      state: 'freezing',
      lastLook: { instances: 0 },
    });

    const finished = await untilFinished(world);
    const { landedBy } = finished;
    expect(finished).toMatchObject({ state: 'frozen', lastLook: { leases: 0, instances: 0 } });
    expect(Date.parse(finished.finishedAt ?? '')).toBeGreaterThan(Date.parse(landedBy ?? ''));
    expect(Date.parse(landedBy ?? '') - since).toBeGreaterThan(6 * MINUTE);
    expect(alive(world)).toEqual([]);
    expect(await world.leftovers(first, second, third)).toEqual([]);
    await world.close();
  });

  it('applies until it is thawed; both record who and why', async () => {
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
    expect((await readFreeze(world)).acts).toMatchObject([
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

  it('is not finished by a failed listing', async () => {
    const world = await leaseWorld();
    await freeze(world);
    await world.pass(20 * MINUTE);
    world.market.addFault({ name: 'fail-before-effect', operation: 'list' });
    await expect(advance(world)).rejects.toHaveProperty('name', 'ProviderDown');
    expect(await readFreeze(world)).toMatchObject({ state: 'freezing', lastLook: null });
    await world.close();
  });
});

/** A world that calls `act` just before each run of a step. */
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
  it('is never made when the freeze is placed before its intent is recorded', async () => {
    const world = await worldActing('launch', freeze);
    const id = await world.request();
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'operator', attempts: [] });
    expect(world.market.instances()).toEqual([]);
    await world.close();
  });

  it.each([
    ['before its create call takes effect', 'before', undefined],
    ['after its create call took effect', 'after', undefined],
    ['after its create call took effect, and the reply is lost', 'after', 'break'],
  ] as const)('is destroyed when the freeze is placed %s', async (_case, when, answer) => {
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

  // As if the index of open leases lagged: the freeze is recorded, but ends no lease.
  it.each(['choose', 'launch'])(
    'is not made for a lease that the freeze missed: %s reads freezes again',
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

describe('a partial freeze', () => {
  it('of one consumer does not affect other consumers', async () => {
    const world = await leaseWorld();
    const own = await world.request();
    const theirs = (await ask(world, OTHER, 'their-first-lease')).body as { id: LeaseId };
    await world.untilState(own, 'active');
    await world.untilState(theirs.id, 'active');
    const scope = { scope: 'consumer', consumer: '123456789012/other', why: 'unpaid' };
    await freeze(world, scope);
    await world.untilState(theirs.id, 'ended');
    const finished = await untilFinished(world);
    expect(finished.state).toBe('frozen');
    expect((await world.lease(own)).state).toBe('active');
    expect(await ask(world, OTHER, 'their-next-lease')).toMatchObject({ status: 503 });
    expect(await ask(world, {}, 'my-next-lease-key')).toMatchObject({ status: 202 });
    await world.close();
  });

  it('of one provider ends its leases, and no new lease goes there', async () => {
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

  it('of one provider, placed just before a launch there, drops the chosen offer', async () => {
    const provider = { scope: 'provider', provider: 'vastai', why: 'they bill twice' };
    const world = await worldActing('launch', (each) => freeze(each, provider));
    const id = await world.request();
    await world.untilState(id, 'ended');
    expect(await world.lease(id)).toMatchObject({ reason: 'no-offer', attempts: [] });
    expect(world.market.instances()).toEqual([]);
    await world.close();
  });
});
