// Prepaid room on the real engine: no launch takes more than there is, and a concurrent reading
// does not undo a take.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRoomStore } from '../../../../../shared/adapters/dynamodb/billing/room-store.ts';
import { roomKey } from '../../../../../shared/adapters/dynamodb/schema.ts';
import {
  microUsd,
  microUsdPerHour,
  signedMicroUsd,
} from '../../../../../shared/core/base/money.ts';
import type { Room, Take } from '../../../../../shared/core/billing/prepaid.ts';
import type { RoomStore } from '../../../../../shared/ports/room-store.ts';
import { aLeaseId, at } from '../../../../support/builders/base.ts';
import { openTestDatabase, type TestDatabase } from '../../../../support/worlds/database.ts';

let database: TestDatabase;
let rooms: RoomStore;
beforeAll(async () => {
  database = await openTestDatabase();
  rooms = createRoomStore(database.tables.inventory);
});
afterAll(() => database.close());

const room = async (): Promise<Room> => {
  const found = await rooms.get('vastai');
  if (found === null) throw new Error('there is no room');
  return found;
};

/** Room for 1,000. */
async function readAgain(change: Partial<Room> = {}): Promise<'committed' | 'conflict'> {
  const known = await rooms.get('vastai');
  return rooms.commit({
    provider: 'vastai',
    version: (known?.version ?? 0) + 1,
    balanceMicroUsd: signedMicroUsd(1_500),
    burnMicroUsdPerHour: microUsdPerHour(20),
    roomMicroUsd: signedMicroUsd(1_000),
    readAt: at('12:00'),
    notifiedAt: null,
    takes: {},
    ...change,
  });
}

const aTake = (letters: string, amount: number, attempt = 1): Take => ({
  ...{ leaseId: aLeaseId(letters), attempt, at: at('12:01') },
  amountMicroUsd: microUsd(amount),
});

it('is null before the first reading, from which nothing can be taken', async () => {
  expect(await rooms.get('vastai')).toBeNull();
  expect(await rooms.take('vastai', aTake('a', 1), null)).toBe('refused');
  expect(await rooms.get('vastai')).toBeNull();
});

it('admits as many concurrent takes as there is room for', async () => {
  await readAgain();
  const all = [...'abcdefghij'].map((letter) => rooms.take('vastai', aTake(letter, 300), null));
  const answers = await Promise.all(all);
  expect(answers.filter((answer) => answer === 'taken')).toHaveLength(3);
  const { roomMicroUsd, takes } = await room();
  expect([roomMicroUsd, Object.keys(takes)]).toEqual([100, expect.objectContaining({ length: 3 })]);
});

it('replaces the take of a lease by a larger or smaller one', async () => {
  await readAgain();
  await rooms.take('vastai', aTake('a', 900), null);
  expect(await rooms.take('vastai', aTake('a', 900), null)).toBe('refused');
  expect(await rooms.take('vastai', aTake('a', 1_001, 2), microUsd(900))).toBe('refused');
  expect(await rooms.take('vastai', aTake('a', 1_000, 2), microUsd(900))).toBe('taken');
  expect(await rooms.take('vastai', aTake('a', 400, 3), microUsd(900))).toBe('refused');
  expect(await rooms.take('vastai', aTake('a', 400, 3), microUsd(1_000))).toBe('taken');
  expect(await room()).toMatchObject({
    roomMicroUsd: 600,
    takes: { [aLeaseId()]: { attempt: 3 } },
  });
});

it('takes nothing from a room that is unknown or below zero', async () => {
  await readAgain({ roomMicroUsd: signedMicroUsd(-1) });
  expect(await rooms.take('vastai', aTake('a', 1), null)).toBe('refused');
  await readAgain({ roomMicroUsd: null, balanceMicroUsd: null });
  expect(await rooms.take('vastai', aTake('a', 1), null)).toBe('refused');
});

it('is not replaced by a reading that misses a take', async () => {
  await readAgain();
  const before = await room();
  await rooms.take('vastai', aTake('a', 300), null);
  expect(await rooms.commit({ ...before, version: before.version + 1 })).toBe('conflict');
  expect(await room()).toMatchObject({ roomMicroUsd: 700 });
});

it('is replaced by the next reading when it cannot be read', async () => {
  await readAgain();
  const { version } = await room();
  const update = { update: 'SET #takes = :odd', condition: 'attribute_exists(#pk)' };
  const key = roomKey('vastai');
  await database.tables.inventory.update(key, { ...update, values: { ':odd': 7 } });
  expect(await rooms.get('vastai')).toBeNull();
  // Two readings find no room, and write the first version of one.
  const both = [readAgain({ version: 1 }), readAgain({ version: 1 })];
  expect((await Promise.all(both)).toSorted()).toEqual(['committed', 'conflict']);
  expect(await room()).toMatchObject({ version: version + 1, takes: {} });
});
