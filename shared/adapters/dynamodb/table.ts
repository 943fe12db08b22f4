// One table, as the stores use it: consistent reads, and writes of one item under one condition.
// It adds nothing to DynamoDB's expressions but the names that they mention.

import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod/mini';
import { Failure } from '../../core/failure.ts';
import { invariant } from '../../core/invariant.ts';
import { calling, writing } from './client.ts';
import type { IndexSchema, Key } from './schema.ts';

export type Item = Readonly<Record<string, unknown>>;

/**
 * Values as `:value`, attributes as `#attribute`. A name that isn't the attribute's own, such as
 * a lease id in a map, is given in `names`.
 */
export type Expression = {
  readonly condition: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly names?: Readonly<Record<string, string>>;
};

export type Change = Expression & { readonly update: string };

/** Sort keys from `first` to `last`, both included. */
export type Range = {
  readonly pk: string;
  readonly first: string;
  readonly last: string;
  /** Stops after so many items; without it, all pages are read. */
  readonly limit?: number;
};

/** The items of one index partition that come after `from`, a whole index key. */
export type IndexPage = {
  readonly index: IndexSchema;
  readonly partition: string;
  readonly limit: number;
  readonly from?: Item | undefined;
};

export type Table = {
  readonly name: string;
  /** A consistent read by key. */
  get(key: Key): Promise<Item | null>;
  /** Consistent reads by key, in no order; what isn't there is left out. */
  getMany(keys: readonly Key[]): Promise<readonly Item[]>;
  /** Writes the whole item, or refuses. */
  put(key: Key, item: Item, expression: Expression): Promise<'written' | 'refused'>;
  /** Changes one item and returns it as it then is, or refuses. */
  update(key: Key, change: Change): Promise<Item | 'refused'>;
  /** A consistent read of a range, in order. */
  query(range: Range): Promise<readonly Item[]>;
  /** One page of an index, greatest sort key first: keys only, eventually consistent. */
  queryIndex(page: IndexPage): Promise<readonly Item[]>;
};

/** A page holds 1 MB, some thousand items: more pages than these are a mistake. */
const PAGES_MOST = 200;

/** Keys in one batch (AWS documentation, November 2026). */
const BATCH_MOST = 100;
/** A batch may come back in parts, for its size or its speed: more parts than these are trouble. */
const PARTS_MOST = 100;

/** The condition under which an item that exists is left as it is. */
export const ABSENT: Expression = { condition: 'attribute_not_exists(#pk)' };

/** `{ '#state': 'state' }` for each name that the expression mentions and nobody gave. */
function namesIn(expression: string, given: Expression['names'] = {}): Record<string, string> {
  const mentioned = expression.match(/#\w+/g) ?? [];
  return { ...Object.fromEntries(mentioned.map((name) => [name, name.slice(1)])), ...given };
}

/** All methods are safe to repeat as far as their conditions are, and throw StoreDown. */
export function openTable(client: DynamoDBDocumentClient, name: string): Table {
  return {
    name,
    get: async (key) => {
      const command = new GetCommand({ TableName: name, Key: key, ConsistentRead: true });
      const reply = await calling(() => client.send(command));
      return reply.Item ?? null;
    },
    getMany: async (keys) => {
      const items: Item[] = [];
      for (let from = 0; from < keys.length; from += BATCH_MOST) {
        items.push(...(await readBatch(client, name, keys.slice(from, from + BATCH_MOST))));
      }
      return items;
    },
    put: async (key, item, { condition, values, names }) => {
      const command = new PutCommand({
        TableName: name,
        Item: { ...item, ...key },
        ConditionExpression: condition,
        ExpressionAttributeNames: namesIn(condition, names),
        ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
      });
      return (await writing(() => client.send(command))) === 'refused' ? 'refused' : 'written';
    },
    update: async (key, { update, condition, values, names }) => {
      const command = new UpdateCommand({
        TableName: name,
        Key: key,
        UpdateExpression: update,
        ConditionExpression: condition,
        ExpressionAttributeNames: namesIn(`${update} ${condition}`, names),
        ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
        ReturnValues: 'ALL_NEW',
      });
      const reply = await writing(() => client.send(command));
      return reply === 'refused' ? 'refused' : (reply.Attributes ?? {});
    },
    query: (range) => readRange(client, name, range),
    queryIndex: async ({ index, partition, limit, from }) => {
      const command = new QueryCommand({
        TableName: name,
        IndexName: index.name,
        KeyConditionExpression: '#partition = :partition',
        ExpressionAttributeNames: { '#partition': index.partition.name },
        ExpressionAttributeValues: { ':partition': partition },
        ScanIndexForward: false,
        ExclusiveStartKey: from,
        Limit: limit,
      });
      return (await calling(() => client.send(command))).Items ?? [];
    },
  };
}

async function readBatch(
  client: DynamoDBDocumentClient,
  name: string,
  batch: readonly Key[],
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let keys: Item[] = [...batch];
  for (let part = 1; part <= PARTS_MOST; part += 1) {
    const RequestItems = { [name]: { Keys: keys, ConsistentRead: true } };
    const reply = await calling(() => client.send(new BatchGetCommand({ RequestItems })));
    items.push(...(reply.Responses?.[name] ?? []));
    keys = reply.UnprocessedKeys?.[name]?.Keys ?? [];
    if (keys.length === 0) return items;
  }
  throw new Failure('StoreDown', `${name}: ${keys.length} items of a batch are held back`);
}

async function readRange(
  client: DynamoDBDocumentClient,
  name: string,
  { pk, first, last, limit }: Range,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let from: Record<string, unknown> | undefined;
  for (let page = 1; page <= PAGES_MOST; page += 1) {
    const command = new QueryCommand({
      TableName: name,
      ConsistentRead: true,
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :first AND :last',
      ExpressionAttributeNames: namesIn('#pk #sk'),
      ExpressionAttributeValues: { ':pk': pk, ':first': first, ':last': last },
      ExclusiveStartKey: from,
      Limit: limit,
    });
    const reply = await calling(() => client.send(command));
    items.push(...(reply.Items ?? []));
    from = reply.LastEvaluatedKey;
    if (from === undefined || limit !== undefined) return items;
  }
  invariant(false, `${name} ${pk}: more than ${PAGES_MOST} pages from ${first} to ${last}`);
}

/**
 * Reads back what a store has written. An item that doesn't parse breaks an invariant, which
 * names where it lies and the field, never its value.
 */
export function parseItem<Value>(table: Table, schema: z.ZodMiniType<Value>, item: Item): Value {
  const parsed = schema.safeParse(item);
  const issue = parsed.error?.issues[0];
  const where = `${table.name} ${String(item['pk'])} ${String(item['sk'])}`;
  invariant(parsed.success, `${where}: ${issue?.path.join('.')}: ${issue?.message}`);
  return parsed.data;
}
