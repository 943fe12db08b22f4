// Writes many items at once: what a bench reads was there before.

import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Items in one batch of writes. */
const BATCH = 25;

type Writing = { readonly table: string; readonly items: readonly object[] };

export async function writeItems(
  client: DynamoDBDocumentClient,
  { table, items }: Writing,
): Promise<void> {
  for (let from = 0; from < items.length; from += BATCH) {
    const batch = items.slice(from, from + BATCH);
    const requests = batch.map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
  }
}
