// Prepaid balance: a lease starts only on a balance that lasts until its end, no two leases count
// on the same money, and an operator is paged in time. An unreadable balance limits nothing.

import { describe, expect, it } from 'vitest';
import type { doctorView } from '../../shared/api/views/operations.ts';
import { rooms } from '../../shared/app/parts.ts';
import { once } from '../../shared/app/runtime.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import type { ProviderName } from '../../shared/core/base/providers.ts';
import { triesOf } from '../../shared/core/instance/attempt.ts';
import { allInRate } from '../../shared/core/instance/offer.ts';
import type { LogLine } from '../../shared/ports/log.ts';
import { type LeaseWorld, leaseWorld } from '../support/worlds/lease.ts';
import { HOUR, MINUTE } from '../support/worlds/virtual-time.ts';

/** A lease of an hour needs 90 min of balance, including its boot and teardown. */
const NEEDED_HOURS = 1.5;

type FundedWorld = LeaseWorld & {
  /** The cheapest instance's cost per hour, in dollars. */
  readonly hourly: number;
  readonly lines: readonly LogLine[];
  /** Sets the balance of the provider's account, in dollars. */
  setBalance(usd: number): void;
  pages(): readonly string[];
};

/** A world in which one lease has ended; its offer gives the price of an instance. */
async function fundedWorld(): Promise<FundedWorld> {
  const lines: LogLine[] = [];
  const world = await leaseWorld({ log: (line) => lines.push(line) });
  const { id } = await world.active();
  const { attempts, terms } = await world.lease(id);
  await world.release(id);
  await world.untilState(id, 'ended');
  const [offer] = attempts.map((attempt) => attempt.offer);
  if (offer === undefined) throw new Error('the lease has no attempt');
  return {
    ...world,
    hourly: allInRate(offer, terms.requirement.diskGb) / 1e6,
    lines,
    setBalance: (usd) => world.market.addCredit(usd - world.market.books().creditMicroUsd / 1e6),
    pages: () => lines.flatMap(({ kind, message = '' }) => (kind === 'page' ? [message] : [])),
  };
}

/** The next `count` reads of the room return only after all of them were made. */
function readTogether(world: LeaseWorld, count: number): void {
  const store = once(world.service.runtime, rooms);
  const { get } = store;
  const all = Promise.withResolvers<void>();
  let reads = 0;
  Object.assign(store, {
    get: async (provider: ProviderName) => {
      const room = await get(provider);
      reads += 1;
      if (reads >= count) all.resolve();
      await all.promise;
      return room;
    },
  });
}

async function endOf(world: LeaseWorld, id: LeaseId) {
  const reasons = async () => {
    const { body } = await world.ask('readEvents', { params: { id } });
    return (body as { events: { reason: string }[] }).events.map(({ reason }) => reason);
  };
  await world.untilState(id, 'ended');
  const lease = await world.lease(id);
  return { reason: lease.state === 'ended' ? lease.reason : null, why: (await reasons()).join() };
}

/** The active leases of `ids`, once each one is active or has ended. */
async function activeOf(world: LeaseWorld, ids: readonly LeaseId[]): Promise<readonly LeaseId[]> {
  const states = () => Promise.all(ids.map(async (id) => (await world.lease(id)).state));
  await world.until(async () =>
    (await states()).every((state) => state === 'active' || state === 'ended'),
  );
  const now = await states();
  return ids.filter((_, at) => now[at] === 'active');
}

describe('a provider whose balance covers one lease', () => {
  it('is skipped for the second lease, which ends with the reason', async () => {
    const world = await fundedWorld();
    world.setBalance(world.hourly * (NEEDED_HOURS + 0.5));
    await world.sweep(6);
    const { id: first } = await world.active();
    expect(await endOf(world, await world.request())).toEqual({
      reason: 'no-offer',
      why: expect.stringMatching(
        /the prepaid balance of vastai has only \$0\.\d+ available, less than/,
      ),
    });
    expect(world.alive()).toBe(1);
    expect(await world.lease(first)).toMatchObject({ state: 'active' });
    await world.close();
  });

  it('gets one of six leases that choose at once', async () => {
    const world = await fundedWorld();
    world.setBalance(world.hourly * (NEEDED_HOURS + 0.5));
    await world.sweep(6);
    readTogether(world, 6);
    const ids = await Promise.all(Array.from({ length: 6 }, () => world.request()));
    const [first] = await activeOf(world, ids);
    const types = await Promise.all(
      ids.map(async (id) => [id, await world.eventTypes(id)] as const),
    );
    const chose = types.filter(([, all]) => all.includes('offer-chosen'));
    expect(chose.map(([id]) => id)).toEqual([first]);
    expect(world.alive()).toBe(1);
    await world.close();
  });

  it('gets the next lease after the first has ended', async () => {
    const world = await fundedWorld();
    world.setBalance(world.hourly * (NEEDED_HOURS + 0.5));
    await world.sweep(6);
    const { id: first } = await world.active();
    await world.release(first);
    await world.untilState(first, 'ended');
    await world.sweep(6);
    expect(await activeOf(world, [await world.request()])).toHaveLength(1);
    await world.close();
  });

  it('keeps the room of a lease whose first offer was gone', async () => {
    const world = await fundedWorld();
    world.setBalance(world.hourly * (NEEDED_HOURS + 0.7));
    await world.sweep(6);
    world.market.addFault({ name: 'refuse', operation: 'create', times: 1 });
    const [id] = await activeOf(world, [await world.request()]);
    expect(id && triesOf((await world.lease(id)).attempts)).toHaveLength(2);
    await world.close();
  });
});

describe('an unreadable balance', () => {
  it('limits nothing, and fails no sweep', async () => {
    const world = await fundedWorld();
    world.setBalance(world.hourly * 0.5);
    world.market.addFault({ name: 'fail-before-effect', operation: 'balance' });
    const record = await world.sweep(20);
    expect(record).toMatchObject({ failure: null, pages: [] });
    expect(world.lines).toContainEqual(
      expect.objectContaining({
        kind: 'balance',
        message: expect.stringContaining('ProviderDown'),
      }),
    );
    expect(await activeOf(world, [await world.request()])).toHaveLength(1);
    await world.close();
  });

  it('limits nothing once its last reading is older than 15 min', async () => {
    const world = await fundedWorld();
    world.setBalance(world.hourly * 0.5);
    await world.sweep(6);
    world.market.addFault({ name: 'fail-before-effect', operation: 'balance' });
    expect(await endOf(world, await world.request())).toMatchObject({ reason: 'no-offer' });
    await world.pass(16 * MINUTE);
    expect(await activeOf(world, [await world.request()])).toHaveLength(1);
    await world.close();
  });

  it('is paged once an hour, starting an hour after its last reading', async () => {
    const world = await fundedWorld();
    await world.sweep(6);
    world.market.addFault({ name: 'fail-before-effect', operation: 'balance' });
    await world.sweep(50);
    expect(world.pages()).toEqual([]);
    await world.sweep(40);
    expect(world.pages()).toEqual([
      expect.stringContaining('blind: could not read the balance of vastai'),
    ]);
    await world.close();
  });
});

describe('a low balance', () => {
  it('is paged an hour before it runs out, and once an hour', async () => {
    const world = await fundedWorld();
    await world.sweep(6);
    const { id } = await world.active({ hours: 6, silenceLimitSeconds: 3_600 });
    await world.sweep(10);
    expect(world.pages()).toEqual([]);
    world.setBalance(world.hourly * 0.95);
    await world.sweep(6);
    const page = expect.stringMatching(
      /^balance-low: vastai has \$0\.\d+ left, 5\d min at \$0\.\d+\/h: \$\d+\.\d+ less than/,
    );
    expect(world.pages()).toEqual([page]);
    await world.sweep(40);
    expect(world.pages()).toHaveLength(1);
    await world.release(id);
    await world.untilState(id, 'ended');
    await world.close();
  });

  it('is paged again after an hour when it is still low', async () => {
    const world = await fundedWorld();
    await world.sweep(6);
    const { id } = await world.active({ hours: 6, silenceLimitSeconds: 3_600 });
    for (let hour = 1; hour <= 2; hour += 1) {
      world.setBalance(world.hourly * 0.9);
      await world.sweep(6);
      expect(world.pages()).toHaveLength(hour);
      world.setBalance(world.hourly * 3);
      await world.pass(HOUR);
    }
    await world.release(id);
    await world.untilState(id, 'ended');
    await world.close();
  });

  it('is in the doctor’s report, with its runway', async () => {
    const world = await fundedWorld();
    const readBalance = async () => {
      const userArn = 'arn:aws:sts::123456789012:assumed-role/operator/run-1';
      return ((await world.ask('readDoctor', { userArn })).body as ReturnType<typeof doctorView>)
        .balances[0];
    };
    expect(await readBalance()).toMatchObject({
      readAt: null,
      balanceMicroUsd: null,
      runwayHours: null,
    });
    await world.sweep(6);
    expect(await readBalance()).toMatchObject({ burnMicroUsdPerHour: 0, runwayHours: null });
    await world.active();
    world.setBalance(world.hourly * 8);
    await world.sweep(6);
    const { runwayHours = null, balanceMicroUsd = null } = (await readBalance()) ?? {};
    expect(balanceMicroUsd).toBeLessThan(world.hourly * 8e6);
    expect(runwayHours).toBeGreaterThan(7.5);
    expect(runwayHours).toBeLessThan(8);
    await world.close();
  });
});
