// One table, as the stores use it: consistent reads, and writes of one item under one condition. It
// adds the attribute names to DynamoDB's expressions.

import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type * as z from 'zod/mini';
import { Failure } from '../../core/base/failure.ts';
import { invariant } from '../../core/base/invariant.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { ruleOf } from '../../core/base/rule.ts';
import type { ReportUnreadable } from '../../ports/unreadable.ts';
import type { Connection, Marshalled } from './client.ts';
import type { IndexSchema, Key } from './schema.ts';

export type Item = Readonly<Record<string, unknown>>;

/**
 * Values as `:value`, attributes as `#attribute`. `names` has placeholders that are not the name of
 * the attribute, such as a lease id in a map.
 */
export type Expression = {
  readonly condition: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly names?: Readonly<Record<string, string>>;
};

export type Change = Expression & { readonly update: string };

/** Sort keys from `first` to `last`, both included. */
type Range = {
  readonly pk: string;
  readonly first: string;
  readonly last: string;
  /** The maximum number of items; without it, all pages are read. */
  readonly limit?: number;
  /** Greatest sort key first. */
  readonly newestFirst?: boolean;
};

/** The items of one index partition after `from`, a whole index key. */
type IndexPage = {
  readonly index: IndexSchema;
  readonly partition: string;
  readonly limit: number;
  readonly from?: Item | undefined;
};

export type Table = {
  readonly name: string;
  /** A consistent read by key. */
  get(key: Key): Promise<Item | null>;
  /** Consistent reads by key, in the order of the keys, without missing items. */
  getMany(keys: readonly Key[]): Promise<readonly Item[]>;
  /** Writes the whole item if the condition holds. */
  put(key: Key, item: Item, expression: Expression): Promise<'written' | 'refused'>;
  /** Changes one item if the condition holds, and returns the new item. */
  update(key: Key, change: Change): Promise<Item | 'refused'>;
  /** A consistent read of a range, in order. */
  query(range: Range): Promise<readonly Item[]>;
  /** One page of an index, greatest sort key first: keys only, eventually consistent. */
  queryIndex(page: IndexPage): Promise<readonly Item[]>;
};

/** A page has 1 MB, some thousand items: more pages than this are a mistake. */
const MAX_PAGES = 200;

/** Keys in one batch (AWS documentation, November 2026). */
const MAX_BATCH = 100;

/** The condition that the item does not exist. */
export const ABSENT: Expression = { condition: 'attribute_not_exists(#pk)' };

/** `{ '#state': 'state' }` for each name in the expression, overridden by the given names. */
function namesIn(expression: string, given: Expression['names'] = {}): Record<string, string> {
  const mentioned = expression.match(/#\w+/g) ?? [];
  return { ...Object.fromEntries(mentioned.map((name) => [name, name.slice(1)])), ...given };
}

/**
 * The item in DynamoDB's format, without undefined values. A number that can't be stored exactly is
 * refused.
 */
const marshalItem = (item: Item): Marshalled => marshall(item, { removeUndefinedValues: true });

const valuesIn = (values: Expression['values']) =>
  values === undefined ? {} : { ExpressionAttributeValues: marshalItem(values) };

/** All methods throw StoreDown. A write is safe to repeat if its condition is. */
export function openTable(connection: Connection, name: string): Table {
  return {
    name,
    get: async (key) => {
      const input = { TableName: name, Key: marshalItem(key), ConsistentRead: true };
      const { Item } = await connection.call(new GetItemCommand(input));
      return Item === undefined ? null : unmarshall(Item);
    },
    getMany: async (keys) => {
      const items: Item[] = [];
      for (let from = 0; from < keys.length; from += MAX_BATCH) {
        items.push(...(await readBatch(connection, name, keys.slice(from, from + MAX_BATCH))));
      }
      // DynamoDB returns a batch in no order.
      const found = new Map(items.map((item) => [`${item['pk']} ${item['sk']}`, item]));
      return keys.flatMap(({ pk, sk }): readonly Item[] => {
        const item = found.get(`${pk} ${sk}`);
        return item === undefined ? [] : [item];
      });
    },
    put: async (key, item, { condition, values, names }) => {
      const put = new PutItemCommand({
        TableName: name,
        Item: marshalItem({ ...item, ...key }),
        ConditionExpression: condition,
        ExpressionAttributeNames: namesIn(condition, names),
        ...valuesIn(values),
      });
      const reply = await connection.write(put);
      return reply === 'refused' ? 'refused' : 'written';
    },
    update: async (key, { update, condition, values, names }) => {
      const change = new UpdateItemCommand({
        TableName: name,
        Key: marshalItem(key),
        UpdateExpression: update,
        ConditionExpression: condition,
        ExpressionAttributeNames: namesIn(`${update} ${condition}`, names),
        ...valuesIn(values),
        ReturnValues: 'ALL_NEW',
      });
      const reply = await connection.write(change);
      return reply === 'refused' ? 'refused' : unmarshall(reply.Attributes ?? {});
    },
    query: (range) => readRange(connection, name, range),
    queryIndex: async ({ index, partition, limit, from }) => {
      const query = new QueryCommand({
        TableName: name,
        IndexName: index.name,
        KeyConditionExpression: '#partition = :partition',
        ExpressionAttributeNames: { '#partition': index.partition.name },
        ...valuesIn({ ':partition': partition }),
        ScanIndexForward: false,
        ExclusiveStartKey: from === undefined ? undefined : marshalItem(from),
        Limit: limit,
      });
      const { Items = [] } = await connection.call(query);
      return Items.map((item) => unmarshall(item));
    },
  };
}

async function readBatch(
  connection: Connection,
  name: string,
  batch: readonly Key[],
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let keys = batch.map(marshalItem);
  for (let part = 1; part <= policy.aws.maxBatchParts; part += 1) {
    const RequestItems = { [name]: { Keys: keys, ConsistentRead: true } };
    const reply = await connection.call(new BatchGetItemCommand({ RequestItems }));
    for (const item of reply.Responses?.[name] ?? []) items.push(unmarshall(item));
    keys = reply.UnprocessedKeys?.[name]?.Keys ?? [];
    if (keys.length === 0) return items;
  }
  throw new Failure('StoreDown', `${name}: ${keys.length} items of a batch are still unprocessed`);
}

async function readRange(
  connection: Connection,
  name: string,
  { pk, first, last, limit, newestFirst = false }: Range,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let from: Marshalled | undefined;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const query = new QueryCommand({
      TableName: name,
      ConsistentRead: true,
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :first AND :last',
      ExpressionAttributeNames: namesIn('#pk #sk'),
      ...valuesIn({ ':pk': pk, ':first': first, ':last': last }),
      ScanIndexForward: !newestFirst,
      ExclusiveStartKey: from,
      Limit: limit,
    });
    const { Items = [], LastEvaluatedKey } = await connection.call(query);
    for (const item of Items) items.push(unmarshall(item));
    from = LastEvaluatedKey;
    if (from === undefined || limit !== undefined) return items;
  }
  invariant(false, `${name} ${pk}: more than ${MAX_PAGES} pages from ${first} to ${last}`);
}

/** A parsed item, or the name of its key and of its first invalid field, never a value. */
export type Parsed<Value> = { readonly value: Value } | { readonly why: string };

export function tryItem<Value>(
  table: Table,
  schema: z.ZodMiniType<Value>,
  item: Item,
): Parsed<Value> {
  const parsed = schema.safeParse(item, { error: ruleOf });
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  const where = `${table.name} ${String(item['pk'])} ${String(item['sk'])}`;
  return { why: `${where}: ${issue?.path.join('.')}: ${issue?.message}` };
}

/** The readable values of these items; each unreadable one is reported with its sort key. */
export function readableOf<Value>(
  table: Table,
  { schema, items }: { readonly schema: z.ZodMiniType<Value>; readonly items: readonly Item[] },
  report?: ReportUnreadable,
): readonly Value[] {
  return items.flatMap((item) => {
    const parsed = tryItem(table, schema, item);
    if ('value' in parsed) return [parsed.value];
    report?.({ id: String(item['sk']), why: parsed.why });
    return [];
  });
}

/** The value of one item; null when there is none, or when it is reported as unreadable. */
export async function readableItem<Value>(
  table: Table,
  { schema, key }: { readonly schema: z.ZodMiniType<Value>; readonly key: Key },
  report?: ReportUnreadable,
): Promise<Value | null> {
  const item = await table.get(key);
  const [value] = readableOf(table, { schema, items: item === null ? [] : [item] }, report);
  return value ?? null;
}

/**
 * Up to `limit` readable values of a range; fewer are the last ones. Each unreadable one is
 * reported.
 */
export async function readablePage<Value>(
  table: Table,
  range: Range & { readonly limit: number; readonly schema: z.ZodMiniType<Value> },
  report?: ReportUnreadable,
): Promise<readonly Value[]> {
  const values: Value[] = [];
  let { first } = range;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const limit = range.limit - values.length;
    const items = await table.query({ ...range, first, limit });
    values.push(...readableOf(table, { schema: range.schema, items }, report));
    const last = items.at(-1);
    if (last === undefined || items.length < limit || values.length === range.limit) return values;
    // No sort key continues another one with a space, so this is less than the next key.
    first = `${String(last['sk'])} `;
  }
  invariant(false, `${table.name} ${range.pk}: ${MAX_PAGES} pages without enough readable items`);
}

/**
 * Parses an item that a store has written. An item that doesn't parse breaks an invariant. Where
 * many items are read for one purpose, use `tryItem`: one of them must not cost the others.
 */
export function parseItem<Value>(table: Table, schema: z.ZodMiniType<Value>, item: Item): Value {
  const parsed = tryItem(table, schema, item);
  invariant('value' in parsed, 'why' in parsed ? parsed.why : '');
  return parsed.value;
}
