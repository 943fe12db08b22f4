// DynamoDB without AWS: dynalite in this process, on a loopback port, with the tables of the
// schema. A database on disk keeps every acknowledged write after a crash.

import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { dirname } from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import {
  type IndexSchema,
  type KeyAttribute,
  PARTITION,
  SORT,
  TABLES,
} from '../../shared/adapters/dynamodb/schema.ts';
import { takeLock } from '../files/lock-file.ts';
import { guard, NO_DIVERSION } from './dynalite-guard.ts';
import { copyItems, indexReadsFrom } from './lagging-indexes.ts';

export type Database = {
  /** For the SDK's `endpoint`; any credentials and any region work. */
  readonly endpoint: string;
  /** Until they are released, indexes return what the tables hold now. */
  holdIndexes(): Promise<void>;
  releaseIndexes(): Promise<void>;
  /** Refuses new requests, waits for those in progress, then closes. */
  close(): Promise<void>;
};

/** Dynalite requires credentials but does not check them. */
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const region = 'us-east-1';

/** Region and credentials for a connection to the endpoint. */
export const LOCAL_ACCESS = { region, credentials };
const accessTo = (endpoint: string) => ({ endpoint, ...LOCAL_ACCESS });

const keysOf = (partition: KeyAttribute, sort: KeyAttribute): KeySchemaElement[] => [
  { AttributeName: partition.name, KeyType: 'HASH' },
  { AttributeName: sort.name, KeyType: 'RANGE' },
];

const indexOf = ({ name, partition, sort }: IndexSchema): GlobalSecondaryIndex => ({
  IndexName: name,
  KeySchema: keysOf(partition, sort),
  Projection: { ProjectionType: 'KEYS_ONLY' },
});

function creation(name: string, indexes: readonly IndexSchema[]): CreateTableCommand {
  const ofIndexes = indexes.flatMap(({ partition, sort }) => [partition, sort]);
  return new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keysOf(PARTITION, SORT),
    AttributeDefinitions: [PARTITION, SORT, ...ofIndexes].map((attribute) => ({
      AttributeName: attribute.name,
      AttributeType: attribute.type,
    })),
    ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes.map(indexOf) }),
  });
}

async function createTables(endpoint: string): Promise<void> {
  const client = new DynamoDBClient(accessTo(endpoint));
  try {
    const { TableNames: existing = [] } = await client.send(new ListTablesCommand());
    const missing = Object.entries(TABLES).filter(([name]) => !existing.includes(name));
    for (const [name, { indexes }] of missing) await client.send(creation(name, indexes));
  } finally {
    client.destroy();
  }
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

async function closeServer(server: Server, settle: () => Promise<void>): Promise<void> {
  await settle();
  const closed = new Promise<void>((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
  });
  server.closeAllConnections();
  await closed;
}

/**
 * Opens the database in the folder `path`, or in memory. Existing tables keep their items. Throws
 * when another process holds the folder.
 */
export async function openDatabase(options: { readonly path?: string } = {}): Promise<Database> {
  const { path } = options;
  if (path !== undefined) await mkdir(dirname(path), { recursive: true });
  const unlock = path === undefined ? async () => {} : await takeLock(`${path}.lock`);
  const server = dynalite({ ...options, createTableMs: 0 });
  const { settle, divert } = guard(server);
  const endpoint = await listen(server);
  await createTables(endpoint);
  let copy: Database | undefined;
  const releaseIndexes = async (): Promise<void> => {
    divert(NO_DIVERSION);
    await copy?.close();
    copy = undefined;
  };
  return {
    endpoint,
    async holdIndexes() {
      await releaseIndexes();
      copy = await openDatabase();
      await copyItems(accessTo(endpoint), accessTo(copy.endpoint));
      divert(indexReadsFrom(copy.endpoint));
    },
    releaseIndexes,
    async close() {
      await releaseIndexes();
      await closeServer(server, settle);
      await unlock();
    },
  };
}
