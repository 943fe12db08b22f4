// Indexes that lag behind their table, as those of DynamoDB may.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, LOCAL_ACCESS, openDatabase } from '../../../local/aws/database.ts';
import { connect } from '../../../shared/adapters/dynamodb/client.ts';
import { createLeaseStore } from '../../../shared/adapters/dynamodb/lease/lease-store.ts';
import { openTable } from '../../../shared/adapters/dynamodb/table.ts';
import { aConsumer, aLeaseId } from '../../support/builders/base.ts';
import { aRequestedLease } from '../../support/builders/lease.ts';

let database: Database;
beforeEach(async () => {
  database = await openDatabase();
});
afterEach(() => database.close());

const [first, second] = [aLeaseId('a'), aLeaseId('b')];

describe('indexes that are held', () => {
  it('show what the table held before, while reads by key are consistent', async () => {
    const { endpoint } = database;
    const leases = createLeaseStore(openTable(connect({ endpoint, ...LOCAL_ACCESS }), 'leases'));
    const listed = async () =>
      (await leases.listByConsumer(aConsumer, { after: null, limit: 9 })).map(({ id }) => id);
    await leases.create(aRequestedLease({ id: first }));
    await database.holdIndexes();
    await leases.create(aRequestedLease({ id: second }));
    expect(await leases.get(second)).toMatchObject({ id: second });
    expect([await listed(), (await leases.open()).length]).toEqual([[first], 1]);
    await database.releaseIndexes();
    expect([(await listed()).toSorted(), (await leases.open()).length]).toEqual([
      [first, second],
      2,
    ]);
  });
});
