// Leases on the real engine: a lease is read back as it was written, and the second of two writers
// loses.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_ACCESS } from '../../../../../local/aws/database.ts';
import {
  BY_CONSUMER_INDEX,
  leaseKey,
  OPEN_INDEX,
  OPEN_SHARD,
} from '../../../../../shared/adapters/dynamodb/schema.ts';
import { ABSENT } from '../../../../../shared/adapters/dynamodb/table.ts';
import { brandId, ConsumerId, type LeaseId } from '../../../../../shared/core/base/ids.ts';
import { policy } from '../../../../../shared/core/base/policy/policy.ts';
import type { Lease } from '../../../../../shared/core/lease/lease.ts';
import { addEvent, requestLease } from '../../../../../shared/core/lease/lease-moves.ts';
import { aLeaseId, at } from '../../../../support/builders/base.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
  aRequestedLease,
  someTerms,
} from '../../../../support/builders/lease.ts';
import { openTestDatabase, type TestDatabase } from '../../../../support/worlds/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const requested = (letters: string, change = {}) =>
  aRequestedLease({ id: aLeaseId(letters), ...change });

/** A lease in every state, each made from the previous one. */
function everyState(letters: string): readonly Lease[] {
  const first = requested(letters);
  const launching = aLaunchingLease(first);
  const booting = aBootingLease(launching);
  const active = anActiveLease(booting);
  const ending = anEndingLease(active);
  const states = [first, launching, booting, active, ending, anEndedLease(ending)];
  return states.map((lease, index) => ({ ...lease, version: index + 1 }));
}

/** The items of the tables, read by the SDK and not by the store under test. */
function sdk(): DynamoDBDocumentClient {
  const { endpoint } = database;
  return DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, ...LOCAL_ACCESS }));
}

async function raw(id: LeaseId): Promise<Record<string, unknown> | undefined> {
  return (await sdk().send(new GetCommand({ TableName: 'leases', Key: leaseKey(id) }))).Item;
}

/** The sort keys and leases of a partition of an index. */
async function indexed(index: typeof OPEN_INDEX, value: string) {
  const command = new QueryCommand({
    TableName: 'leases',
    IndexName: index.name,
    KeyConditionExpression: '#partition = :value',
    ExpressionAttributeNames: { '#partition': index.partition.name },
    ExpressionAttributeValues: { ':value': value },
  });
  return (await sdk().send(command)).Items ?? [];
}

const isInWorkList = async (id: LeaseId): Promise<boolean> =>
  (await indexed(OPEN_INDEX, OPEN_SHARD)).some(({ pk }) => pk === leaseKey(id).pk);

describe('reading and writing a lease', () => {
  it('reads back every state exactly as it was committed', async () => {
    const [first, ...others] = everyState('b');
    if (first?.state !== 'requested') throw new Error('the first state is requested');
    expect(await database.leases.create(first)).toBe('created');
    expect(await database.leases.get(first.id)).toEqual(first);
    for (const lease of others) {
      expect(await database.leases.commit(lease)).toBe('committed');
      expect(await database.leases.get(lease.id)).toEqual(lease);
    }
  });

  it('returns null for a lease that was never written', async () => {
    expect(await database.leases.get(aLeaseId('nobody'))).toBeNull();
  });

  it('does not change a lease that exists', async () => {
    const lease = requested('c');
    await database.leases.create(lease);
    expect(await database.leases.create({ ...lease, requestHash: 'another' })).toBe('exists');
    expect(await database.leases.get(lease.id)).toEqual(lease);
  });

  it('accepts one of two writers of the same version', async () => {
    const lease = requested('d');
    await database.leases.create(lease);
    const writers = ['one', 'two', 'three', 'four'].map((requestHash) =>
      database.leases.commit({ ...lease, requestHash, version: 2 }),
    );
    const outcomes = await Promise.all(writers);
    expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'conflict')).toHaveLength(3);
  });

  it('accepts only the version after the stored one', async () => {
    const lease = requested('v');
    await database.leases.create(lease);
    await database.leases.commit({ ...lease, version: 2 });
    for (const version of [1, 2, 4]) {
      expect(await database.leases.commit({ ...lease, version })).toBe('conflict');
    }
    expect(await database.leases.get(lease.id)).toEqual({ ...lease, version: 2 });
  });

  it('does not write a lease that was never created', async () => {
    expect(await database.leases.commit({ ...requested('e'), version: 2 })).toBe('conflict');
    expect(await database.leases.get(aLeaseId('e'))).toBeNull();
  });

  it('keeps empty texts, empty maps and unusual names of variables', async () => {
    const terms = someTerms({ startScript: '', image: '' });
    const lease = requested('f', { terms, env: { '#odd.name': '', ':value': 'ü"\\' } });
    await database.leases.create(lease);
    expect(await database.leases.get(lease.id)).toEqual(lease);
    const bare = requested('g', { env: {} });
    await database.leases.create(bare);
    expect(await database.leases.get(bare.id)).toEqual(bare);
  });

  it('has no write-only values once the lease is active', async () => {
    const first = requested('h');
    await database.leases.create(first);
    expect(JSON.stringify(await raw(first.id))).toContain('secret');
    const active = anActiveLease(aBootingLease(aLaunchingLease(first)));
    await database.leases.commit({ ...active, version: 2 });
    expect(JSON.stringify(await raw(active.id))).not.toContain('secret');
  });

  it('refuses a lease that is too large for an item', async () => {
    const lease = requested('i', { env: { LARGE: 'x'.repeat(350_000) } });
    await expect(database.leases.create(lease)).rejects.toThrow(/has grown to 35\d{4} bytes/);
  });

  it('names the invalid field of a stored lease without its value', async () => {
    const lease = requested('j');
    const broken = { ...lease, env: { TOKEN: 7 }, hold: { ...lease.hold, placedAt: 'hush' } };
    await database.tables.leases.put(leaseKey(lease.id), broken, ABSENT);
    const failing = database.leases.get(lease.id);
    await expect(failing).rejects.toThrow(`leases LEASE#${lease.id} META: hold.placedAt: must be`);
    await expect(failing).rejects.not.toThrow('hush');
  });
});

describe('the work list', () => {
  it('has a lease in every state until it has ended and its outbox is applied', async () => {
    for (const lease of everyState('k')) {
      if (lease.state === 'requested') await database.leases.create(lease);
      else await database.leases.commit(lease);
      expect(await isInWorkList(lease.id)).toBe(true);
      await database.leases.clearOutbox(lease);
      expect(await isInWorkList(lease.id)).toBe(lease.state !== 'ended');
    }
  });

  it('is sorted by deadline', async () => {
    await database.leases.create(requested('m', { deadline: at('23:00') }));
    await database.leases.create(requested('n', { deadline: at('09:00') }));
    const deadlines = (await indexed(OPEN_INDEX, OPEN_SHARD)).map((item) => item['openDeadline']);
    expect(deadlines[0]).toBe(at('09:00'));
    expect(deadlines.at(-1)).toBe(at('23:00'));
  });
});

describe('the outbox', () => {
  it('is cleared without a new version', async () => {
    const lease = requested('o');
    await database.leases.create(lease);
    await database.leases.clearOutbox(lease);
    const empty = { events: [], entries: [] };
    expect(await database.leases.get(lease.id)).toEqual({ ...lease, outbox: empty });
  });

  it('is not cleared when the lease has a newer version', async () => {
    const lease = requested('p');
    await database.leases.create(lease);
    const noted = addEvent(lease, { type: 'later', reason: 'another event' }, at('12:10'));
    const moved = { ...noted, version: 2 };
    await database.leases.commit(moved);
    await database.leases.clearOutbox(lease);
    expect(await database.leases.get(lease.id)).toEqual(moved);
  });
});

describe('events', () => {
  const event = (seq: number, reason = 'because') => ({ seq, at: at('12:00'), type: 'e', reason });

  it('are added once and read in order after a sequence number', async () => {
    const id = aLeaseId('q');
    await database.leases.appendEvents(id, [event(1), event(2), event(9), event(10)]);
    await database.leases.appendEvents(id, [event(2, 'another'), event(11)]);
    const seen = await database.leases.events(id, 1);
    expect(seen).toEqual([event(2), event(9), event(10), event(11)]);
  });

  it('are read in pages of a limited size', async () => {
    const id = aLeaseId('r');
    const many = Array.from({ length: policy.events.pageSize + 3 }, (_, index) => event(index + 1));
    await database.leases.appendEvents(id, many);
    const page = await database.leases.events(id, 0);
    expect(page).toHaveLength(policy.events.pageSize);
    expect(await database.leases.events(id, page.at(-1)?.seq ?? 0)).toHaveLength(3);
  });

  it('of one lease never include another lease, its pulse or the lease itself', async () => {
    const lease = requested('s');
    await database.leases.create(lease);
    await database.pulses.close(lease.id);
    expect(await database.leases.events(lease.id, 0)).toEqual([]);
  });
});

describe('the index by consumer', () => {
  it("lists the ids of a consumer's leases by time", async () => {
    const consumer = brandId(ConsumerId, '123456789012/lister');
    const { terms, hold, env, requestHash, deadline } = aRequestedLease();
    const shared = { consumer, terms, hold, env, requestHash, deadline };
    const late = requestLease({ ...shared, id: aLeaseId('t') }, at('18:00'));
    const early = requestLease({ ...shared, id: aLeaseId('u') }, at('06:00'));
    await database.leases.create(late);
    await database.leases.create(early);
    await database.pulses.close(late.id);
    const items = await indexed(BY_CONSUMER_INDEX, consumer);
    expect(items).toEqual([
      { ...leaseKey(early.id), consumer, requestedAt: at('06:00') },
      { ...leaseKey(late.id), consumer, requestedAt: at('18:00') },
    ]);
  });
});

describe('reading many leases', () => {
  const ids = Array.from({ length: 250 }, (_, index) =>
    aLeaseId(`many${String(index).padStart(3, '0')}x`),
  );

  it('returns all existing leases, each once', async () => {
    for (const id of ids) await database.leases.create(aRequestedLease({ id }));
    database.calls.length = 0;
    const found = await database.leases.getMany([...ids, ...ids, aLeaseId('nobody')]);
    expect(new Set(found.keys())).toEqual(new Set(ids));
    expect(found.get(ids[7] ?? aLeaseId())).toEqual(aRequestedLease({ id: ids[7] ?? aLeaseId() }));
    expect(database.calls).toEqual(['BatchGetItem', 'BatchGetItem', 'BatchGetItem']);
  });

  it('returns every open lease, and none that is ended and applied', async () => {
    const [first = aLeaseId(), second = aLeaseId()] = ids;
    const ended = anEndedLease(anEndingLease(aRequestedLease({ id: first })));
    await database.leases.commit({ ...ended, version: 2 });
    const applied = anEndedLease(anEndingLease(aRequestedLease({ id: second })));
    await database.leases.commit({ ...applied, version: 2 });
    await database.leases.clearOutbox({ ...applied, version: 2 });
    const open = new Set((await database.leases.open()).map(({ id }) => id));
    expect(ids.filter((id) => !open.has(id))).toEqual([second]);
  });

  it('leaves out and reports an unreadable lease', async () => {
    const [odd, sound] = [aLeaseId('odd'), aLeaseId('sound')];
    for (const id of [odd, sound]) await database.leases.create(aRequestedLease({ id }));
    await database.tables.leases.update(leaseKey(odd), {
      update: 'SET #terms = :number',
      condition: 'attribute_exists(#pk)',
      values: { ':number': 7 },
    });
    const reported: unknown[] = [];
    const report = (record: unknown) => void reported.push(record);
    expect([...(await database.leases.getMany([odd, sound], report)).keys()]).toEqual([sound]);
    const open = (await database.leases.open(report)).map(({ id }) => id);
    expect([open.includes(sound), open.includes(odd)]).toEqual([true, false]);
    const record = { id: odd, why: expect.stringContaining(`LEASE#${odd} META: terms`) };
    expect(reported).toEqual([record, record]);
  });

  it('writes an ended lease only where none exists', async () => {
    const ended = anEndedLease(anEndingLease(requested('cancelled')));
    expect(await database.leases.create(ended)).toBe('created');
    expect(await database.leases.get(ended.id)).toEqual(ended);
    expect(await database.leases.create(ended)).toBe('exists');
  });
});
