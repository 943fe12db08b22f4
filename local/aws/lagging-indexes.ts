// Lets indexes lag behind their tables: reads by an index are answered from a copy of the database
// that was made earlier. DynamoDB promises no more, and dynalite alone is always up to date.

import {
  DynamoDBClient,
  type DynamoDBClientConfig,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { TABLES } from '../../shared/adapters/dynamodb/schema.ts';
import type { CompleteRequest, Divert, Reply } from './dynalite-guard.ts';

type Access = Pick<DynamoDBClientConfig, 'endpoint' | 'region' | 'credentials'>;

/** Copies every item of our tables from one database to another that has these tables. */
export async function copyItems(from: Access, to: Access): Promise<void> {
  const [source, target] = [new DynamoDBClient(from), new DynamoDBClient(to)];
  try {
    for (const TableName of Object.keys(TABLES)) {
      for await (const { Items = [] } of paginateScan({ client: source }, { TableName })) {
        for (const Item of Items) await target.send(new PutItemCommand({ TableName, Item }));
      }
    }
  } finally {
    source.destroy();
    target.destroy();
  }
}

/** Headers that are about the message, not about the connection it came on. */
const passedOn = (headers: Iterable<readonly [string, unknown]>): ReadonlyMap<string, string> =>
  new Map(
    [...headers].flatMap(([name, value]) =>
      /^(?:authorization|content-type|x-amz.*)$/.test(name) ? [[name, String(value)]] : [],
    ),
  );

async function passOn(endpoint: string, { headers, body }: CompleteRequest): Promise<Reply> {
  const sent = {
    method: 'POST',
    headers: Object.fromEntries(passedOn(Object.entries(headers))),
    body,
  };
  const reply = await fetch(endpoint, sent);
  return { status: reply.status, headers: passedOn(reply.headers), body: await reply.text() };
}

/** Answers reads by an index at this endpoint. */
export const indexReadsFrom =
  (endpoint: string): Divert =>
  (request) =>
    request.body.includes('"IndexName"') ? passOn(endpoint, request) : undefined;
