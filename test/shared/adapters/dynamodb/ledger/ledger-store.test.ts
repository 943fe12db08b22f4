// The ledger on the real engine: an entry is written once and read in order.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountKey, entryKey } from '../../../../../shared/adapters/dynamodb/schema.ts';
import { ABSENT } from '../../../../../shared/adapters/dynamodb/table.ts';
import { brandId, ConsumerId } from '../../../../../shared/core/base/ids.ts';
import { microUsd } from '../../../../../shared/core/base/money.ts';
import { epochMs, Month } from '../../../../../shared/core/base/time.ts';
import type { LedgerEntry } from '../../../../../shared/core/ledger/entry.ts';
import { aConsumer, aLeaseId, allReadable, at } from '../../../../support/builders/base.ts';
import { openTestDatabase, type TestDatabase } from '../../../../support/worlds/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const entry = (letter: string, seq: number, change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  leaseId: aLeaseId(letter),
  consumer: aConsumer,
  seq,
  month: Month.parse('2026-11'),
  at: at('12:00'),
  kind: 'charge',
  amountMicroUsd: microUsd(5),
  ...change,
});

describe('the ledger', () => {
  it('is read in order of time, lease and sequence, whatever the month of the hold', async () => {
    const sorted = [
      entry('b', 9, { at: at('11:59') }),
      entry('a', 2),
      entry('a', 10, { month: Month.parse('2026-10') }),
      entry('b', 1),
    ];
    for (const one of sorted.toReversed()) await database.ledger.append(one);
    expect(await database.ledger.entries(aConsumer)).toEqual(sorted);
  });

  it('never changes an existing entry', async () => {
    const consumer = brandId(ConsumerId, '123456789012/repeater');
    await database.ledger.append(entry('a', 1, { consumer }));
    await database.ledger.append(entry('a', 1, { consumer, amountMicroUsd: microUsd(99) }));
    expect(await database.ledger.entries(consumer)).toEqual([entry('a', 1, { consumer })]);
  });

  it('is read in pages of a span, each entry once', async () => {
    const consumer = brandId(ConsumerId, '123456789012/reader');
    const inside = [
      entry('a', 1, { consumer, at: at('12:00') }),
      entry('a', 2, { consumer, at: at('12:30') }),
      entry('b', 1, { consumer, at: at('12:30') }),
      entry('c', 1, { consumer, at: epochMs(at('13:00') - 1) }),
    ];
    const outside = [
      entry('a', 8, { consumer, at: epochMs(at('12:00') - 1) }),
      entry('a', 9, { consumer, at: at('13:00') }),
    ];
    for (const one of [...inside, ...outside]) await database.ledger.append(one);
    const span = { from: at('12:00'), to: at('13:00') };
    const seen: LedgerEntry[] = [];
    for (let page = 0; page < 4; page += 1) {
      const last = seen.at(-1) ?? null;
      const request = { ...span, consumer, after: last, limit: 2 };
      seen.push(...(await database.ledger.page(request, allReadable)));
    }
    expect(seen).toEqual(inside);
  });

  it('is read past entries that cannot be read: a short page is still the last one', async () => {
    const consumer = brandId(ConsumerId, '123456789012/damaged');
    const all = [...'abcdefg'].map((letter) => entry(letter, 1, { consumer }));
    for (const each of all) await database.ledger.append(each);
    for (const each of all.slice(1, 4)) {
      await database.tables.ledger.update(entryKey(consumer, each), {
        update: 'SET #kind = :odd',
        condition: 'attribute_exists(#pk)',
        values: { ':odd': 7 },
      });
    }
    const named: string[] = [];
    const request = { from: at('11:00'), to: at('13:00'), consumer, after: null, limit: 2 };
    const page = await database.ledger.page(request, ({ id }) => named.push(id));
    expect(page).toEqual([all[0], all[4]]);
    expect(named).toEqual(all.slice(1, 4).map((each) => entryKey(consumer, each).sk));
    const rest = { ...request, after: page[1] ?? null, limit: 3 };
    expect(await database.ledger.page(rest, allReadable)).toEqual(all.slice(5));
  });

  it('returns only entries, and only those of the consumer', async () => {
    const consumer = brandId(ConsumerId, '123456789012/newcomer');
    await database.tables.ledger.put(accountKey(consumer), {}, ABSENT);
    expect(await database.ledger.entries(consumer)).toEqual([]);
  });
});
