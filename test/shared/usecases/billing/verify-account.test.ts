// Verify on the real database engine: every kind of damage is reported, and concurrent changes
// never are. Every change that can happen to a lease happens between every two reads of a
// verification.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDayStore } from '../../../../shared/adapters/dynamodb/billing/day-store.ts';
import { entryKey } from '../../../../shared/adapters/dynamodb/schema.ts';
import type { Change } from '../../../../shared/adapters/dynamodb/table.ts';
import { brandId, ConsumerId, type LeaseId } from '../../../../shared/core/base/ids.ts';
import { microUsd, microUsdPerHour } from '../../../../shared/core/base/money.ts';
import { after, type EpochMs, hours } from '../../../../shared/core/base/time.ts';
import { trueUp } from '../../../../shared/core/billing/correction.ts';
import type { Lease, LeaseIn } from '../../../../shared/core/lease/lease.ts';
import type { LedgerEntry } from '../../../../shared/core/ledger/entry.ts';
import { createCloseDays } from '../../../../shared/usecases/billing/close-days.ts';
import {
  type VerifyPorts,
  verifyAccount,
} from '../../../../shared/usecases/billing/verify-account.ts';
import { createVerifyLedger } from '../../../../shared/usecases/billing/verify-ledger.ts';
import { applyOutbox } from '../../../../shared/usecases/common/change-lease.ts';
import { aLeaseId, at } from '../../../support/builders/base.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
  aRequestedLease,
} from '../../../support/builders/lease.ts';
import { someLimits } from '../../../support/builders/ledger.ts';
import { openTestDatabase, type TestDatabase } from '../../../support/worlds/database.ts';

const DEFAULTS = someLimits({
  monthlyBudgetMicroUsd: microUsd(100_000_000),
  maxRateMicroUsdPerHour: microUsdPerHour(100_000_000),
  maxOpenLeases: 50,
});
const WANTED = { providers: [], gpuNames: [] };

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

let accounts = 0;

/** A separate account with an ended lease and an active one. */
async function aWorld() {
  accounts += 1;
  const consumer = brandId(ConsumerId, `123456789012/verified-${accounts}`);
  let now: EpochMs = at('12:40');
  const { leases, ledger, accounts: store, tables } = database;
  const clock = { now: () => now };
  const ports: VerifyPorts = {
    leases,
    ledger,
    accounts: store,
    clock,
    days: createDayStore(tables.ledger),
  };
  let count = 0;

  const place = (leaseId: LeaseId, hold: Lease['hold']) =>
    store.place({ consumer, leaseId, hold, wanted: WANTED, defaults: DEFAULTS });
  const requested = (): LeaseIn<'requested'> => {
    count += 1;
    const id = aLeaseId(`v${String(accounts).padStart(9, '0')}x${String(count).padStart(9, '0')}`);
    return aRequestedLease({ id, consumer });
  };
  const written = async (lease: LeaseIn<'requested'>): Promise<LeaseIn<'requested'>> => {
    await leases.create(lease);
    return (await applyOutbox(ports, lease)) as LeaseIn<'requested'>;
  };
  const request = async (): Promise<LeaseIn<'requested'>> => {
    const lease = requested();
    await place(lease.id, lease.hold);
    return written(lease);
  };
  /** The settled lease, committed, with its outbox not applied. */
  const close = async (from: LeaseIn<'requested'>): Promise<Lease> => {
    const active = anActiveLease(aBootingLease(aLaunchingLease(from)));
    const ended = { ...anEndedLease(anEndingLease(active)), version: from.version + 1 };
    expect(await leases.commit(ended)).toBe('committed');
    return ended;
  };
  const settle = async (from: LeaseIn<'requested'>): Promise<Lease> =>
    applyOutbox(ports, await close(from));
  const over = await settle(await request());
  /** A correction of the ended lease, committed, with its outbox not applied. */
  const trueUpOver = async (): Promise<Lease> => {
    const lease = await leases.get(over.id);
    if (lease?.state !== 'ended') throw new Error('it has ended');
    const item = { provider: 'vastai', amount: microUsd(40), why: 'so it says' } as const;
    const trued = { ...trueUp(lease, item, now), version: lease.version + 1 };
    expect(await leases.commit(trued)).toBe('committed');
    return trued;
  };
  const open = await request();
  return {
    ...{ consumer, ports, over, open, place, requested, request, close, settle, trueUpOver },
    verify: (with_: VerifyPorts = ports) => verifyAccount(with_, consumer),
    pass: (instant: EpochMs) => {
      now = instant;
    },
  };
}
type World = Awaited<ReturnType<typeof aWorld>>;

describe('verify', () => {
  it('finds no difference in correct books', async () => {
    const { verify, consumer } = await aWorld();
    expect(await verify()).toEqual({
      ...{ consumer, leases: 2, entries: 4, closedDays: 0, doubtful: 0, difference: null },
    });
  });

  const changeEntry = async ({ consumer, over }: World, change: Omit<Change, 'condition'>) => {
    const entries = await database.ledger.entries(consumer);
    const charge = entries.find(({ leaseId, kind }) => leaseId === over.id && kind === 'charge');
    if (charge === undefined) throw new Error('there is no charge');
    const condition = 'attribute_exists(#pk)';
    await database.tables.ledger.update(entryKey(consumer, charge), { ...change, condition });
  };
  const changeAccount = ({ consumer }: World, update: string, values: Change['values']) =>
    database.tables.ledger.update(
      { pk: `CONSUMER#${consumer}`, sk: 'ACCOUNT' },
      { update, condition: 'attribute_exists(#pk)', ...(values !== undefined && { values }) },
    );
  const commit = async (lease: Lease, change: object) => {
    const read = await database.leases.get(lease.id);
    if (read === null) throw new Error('there is no lease');
    await database.leases.commit({ ...read, ...change, version: read.version + 1 } as Lease);
  };
  const again = async ({ consumer, over }: World, change: Partial<LedgerEntry>) => {
    const entries = await database.ledger.entries(consumer);
    const last = entries.findLast(({ leaseId }) => leaseId === over.id);
    if (last !== undefined) await database.ledger.append({ ...last, ...change });
  };

  const damages: readonly [string, (world: World) => Promise<unknown>, object][] = [
    [
      'a charge that was changed',
      (world) => changeEntry(world, { update: 'ADD #amountMicroUsd :one', values: { ':one': 1 } }),
      { what: 'held', ledger: -1, found: 0 },
    ],
    [
      'an entry out of sequence',
      (world) => changeEntry(world, { update: 'SET #seq = :seq', values: { ':seq': 1 } }),
      { what: 'sum of sequence numbers' },
    ],
    [
      'an extra entry',
      (world) => again(world, { at: at('12:35') }),
      { what: 'number of entries', ledger: 4, found: 3 },
    ],
    [
      'a missing entry',
      ({ over }) => commit(over, { lastEntry: over.lastEntry + 1 }),
      { what: 'number of entries', ledger: 3, found: 4 },
    ],
    [
      "a lease's own charge",
      ({ over }) => commit(over, { chargedMicroUsd: 5 }),
      { what: 'charged', found: 5 },
    ],
    [
      "a lease's own correction",
      ({ over }) => commit(over, { correctedMicroUsd: -5 }),
      { what: 'corrected', ledger: 0, found: -5 },
    ],
    [
      'entries without a lease',
      ({ consumer }) => orphaned(consumer),
      { what: 'leases of these entries' },
    ],
    [
      "the account's charges",
      (world) => changeAccount(world, 'ADD #chargedMicroUsd :one', { ':one': 1 }),
      { leaseId: null, what: 'budget: room, holds, reserves and charges' },
    ],
    [
      "the account's charges and room",
      (world) =>
        changeAccount(world, 'ADD #chargedMicroUsd :one, #roomMicroUsd :less', {
          ':one': 1,
          ':less': -1,
        }),
      { leaseId: null, what: 'charged in 2026-11' },
    ],
    [
      "the account's charges of earlier months",
      (world) => changeAccount(world, 'ADD #chargedBeforeMicroUsd :one', { ':one': 1 }),
      { leaseId: null, what: 'charged in total' },
    ],
    [
      "the account's room for leases",
      (world) => changeAccount(world, 'ADD #leaseRoom :one', { ':one': 1 }),
      { leaseId: null, what: 'open leases: room and holds' },
    ],
    [
      'a missing hold',
      ({ consumer, open }) =>
        database.accounts.settle({
          ...{ consumer, leaseId: open.id, placedAt: open.hold.placedAt, charges: [] },
        }),
      { what: 'held', found: 0 },
    ],
    [
      'a hold without a lease',
      ({ place, open }) => place(aLeaseId('nobody'), { ...open.hold, placedAt: at('12:00') }),
      { what: 'held', ledger: 0 },
    ],
  ];

  async function orphaned(consumer: ConsumerId): Promise<void> {
    const [entry] = await database.ledger.entries(consumer);
    if (entry !== undefined) await database.ledger.append({ ...entry, leaseId: aLeaseId('gone') });
  }

  it.each(damages)('reports %s, with both numbers', async (_, damage, expected) => {
    const world = await aWorld();
    await damage(world);
    const { difference } = await world.verify();
    expect(difference).toMatchObject({ consumer: world.consumer, ...expected });
    expect(difference?.ledger).not.toBe(difference?.found);
  });

  it('pages exactly the differences', async () => {
    const [well, ill] = [await aWorld(), await aWorld()];
    await changeAccount(ill, 'ADD #leaseRoom :one', { ':one': 1 });
    const pages: string[] = [];
    const verify = createVerifyLedger({ ...well.ports, page: (message) => pages.push(message) });
    for (const { consumer } of [well, ill]) await verify(consumer);
    expect(pages).toEqual([
      `books-differ: ${ill.consumer}: open leases: room and holds: the ledger has 51, found 50`,
    ]);
  });

  it('reports an entry made for a closed day', async () => {
    const world = await aWorld();
    world.pass(after(at('23:00'), hours(3)));
    await createCloseDays({ ...world.ports, page: expect.unreachable })();
    expect(await world.verify()).toMatchObject({ closedDays: 1, difference: null });
    await again(world, { seq: 9, at: at('20:00'), kind: 'true-up', amountMicroUsd: microUsd(7) });
    expect((await world.verify()).difference).toMatchObject({
      ...{ what: 'day 2026-11-02: entries of kind true-up', ledger: 1, found: 0 },
    });
  });
});

describe('a verification during changes', () => {
  const happenings: readonly [string, (world: World) => Promise<unknown>][] = [
    ['a lease is settled', ({ settle, open }) => settle(open)],
    ['a lease ends, and its outbox is not applied yet', ({ close, open }) => close(open)],
    ['another lease is requested', ({ request }) => request()],
    [
      'a hold is placed, and its lease is not written yet',
      ({ place, requested }) => {
        const { id, hold } = requested();
        return place(id, { ...hold, placedAt: at('12:40') });
      },
    ],
    [
      'a settled lease is trued up',
      async ({ ports, trueUpOver }) => applyOutbox(ports, await trueUpOver()),
    ],
    ['a true-up is committed, and its outbox is not applied yet', ({ trueUpOver }) => trueUpOver()],
    ['a lease is requested and settled', async ({ request, settle }) => settle(await request())],
    [
      'a settlement is applied in part',
      async ({ close, open, ports }) => {
        const { outbox } = await close(open);
        const [first] = outbox.entries;
        if (first !== undefined) await ports.ledger.append(first);
      },
    ],
  ];

  /**
   * Passes every read of a verification through, and runs a change before the read with this
   * number.
   */
  function interrupted(ports: VerifyPorts, place: number, happen: () => Promise<unknown>) {
    let reads = 0;
    const wrap =
      <Args extends readonly unknown[], Result>(read: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        reads += 1;
        if (reads === place) await happen();
        return read(...args);
      };
    const { leases, ledger, accounts: store, days } = ports;
    return {
      reads: () => reads,
      ports: {
        ...ports,
        leases: { ...leases, getMany: wrap(leases.getMany) },
        ledger: { ...ledger, page: wrap(ledger.page) },
        accounts: { ...store, get: wrap(store.get) },
        days: { ...days, between: wrap(days.between) },
      } satisfies VerifyPorts,
    };
  }

  it.each(happenings)('finds no difference when %s', async (_, happen) => {
    let struck = 0;
    for (let place = 1; place <= 4; place += 1) {
      const world = await aWorld();
      const { ports, reads } = interrupted(world.ports, place, () => happen(world));
      const verdict = await world.verify(ports);
      expect(verdict.difference).toBeNull();
      struck += reads() >= place ? 1 : 0;
      const later = await world.verify();
      expect(later.difference).toBeNull();
    }
    expect(struck).toBe(4);
  });
});
