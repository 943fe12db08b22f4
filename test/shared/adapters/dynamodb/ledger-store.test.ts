// The ledger on the real engine: an entry is written once and read in order.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountKey } from '../../../../shared/adapters/dynamodb/schema.ts';
import { ABSENT } from '../../../../shared/adapters/dynamodb/table.ts';
import { brandId, ConsumerId } from '../../../../shared/core/ids.ts';
import type { LedgerEntry } from '../../../../shared/core/ledger.ts';
import { microUsd } from '../../../../shared/core/money.ts';
import { Month } from '../../../../shared/core/time.ts';
import { aConsumer, aLeaseId, at } from '../../../support/builders.ts';
import { openTestDatabase, type TestDatabase } from '../../../support/database.ts';

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
  it('is read in order of month, lease and sequence', async () => {
    const sorted = [
      entry('b', 9, { month: Month.parse('2026-10') }),
      entry('a', 2),
      entry('a', 10),
      entry('b', 1),
    ];
    for (const one of sorted.toReversed()) await database.ledger.append(one);
    expect(await database.ledger.entries(aConsumer)).toEqual(sorted);
  });

  it('never changes an entry that is there', async () => {
    const consumer = brandId(ConsumerId, '123456789012/repeater');
    await database.ledger.append(entry('a', 1, { consumer }));
    await database.ledger.append(entry('a', 1, { consumer, amountMicroUsd: microUsd(99) }));
    expect(await database.ledger.entries(consumer)).toEqual([entry('a', 1, { consumer })]);
  });

  it('shows a consumer nothing of another, and not its account', async () => {
    const consumer = brandId(ConsumerId, '123456789012/newcomer');
    await database.tables.ledger.put(accountKey(consumer), {}, ABSENT);
    expect(await database.ledger.entries(consumer)).toEqual([]);
  });
});
