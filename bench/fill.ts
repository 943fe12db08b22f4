// Fills the embedded database before a measurement, without the stores: those write one item at a
// time, under conditions that an already active lease does not meet.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LOCAL_ACCESS } from '../local/aws/database.ts';
import { leaseKey, OPEN_SHARD } from '../shared/adapters/dynamodb/schema.ts';
import type { Lease } from '../shared/core/lease/lease.ts';

/** Items in one batch of writes. */
const BATCH = 25;

type Writing = { readonly table: string; readonly items: readonly object[] };

/** The SDK's own client for the embedded database; the adapter's client writes no batches. */
export function openFilling(endpoint: string): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, ...LOCAL_ACCESS }));
}

/** Writes items in batches. */
export async function write(
  client: DynamoDBDocumentClient,
  { table, items }: Writing,
): Promise<void> {
  for (let from = 0; from < items.length; from += BATCH) {
    const batch = items.slice(from, from + BATCH);
    const requests = batch.map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
  }
}

/** The item of a lease, as its store writes it. */
export const leaseItem = (lease: Lease) => ({
  ...lease,
  ...leaseKey(lease.id),
  openShard: OPEN_SHARD,
  openDeadline: lease.deadline,
});
