// The connection to DynamoDB: its failures, and the count of requests.

import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { LOCAL_ACCESS } from '../../../../local/aws/database.ts';
import { type ConnectOptions, connect } from '../../../../shared/adapters/dynamodb/client.ts';
import { ABSENT, openTable } from '../../../../shared/adapters/dynamodb/table.ts';
import { openTestDatabase } from '../../../support/worlds/database.ts';
import { startAwsWire } from '../aws-wire.ts';

const KEY = { pk: 'a', sk: 'b' };

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  server = undefined;
});

/** The address of an engine that sends the same response to everything. */
async function answering(status: number, type: string): Promise<string> {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}` }));
  });
  const listening = server;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

const tableAt = (endpoint: string, options: Partial<ConnectOptions> = {}) =>
  openTable(connect({ endpoint, ...LOCAL_ACCESS, ...options }), 'leases');

describe('an error of the database', () => {
  it('is StoreDown with its cause when no server listens', async () => {
    const failing = tableAt('http://127.0.0.1:9').get(KEY);
    await expect(failing).rejects.toMatchObject({ name: 'StoreDown' });
    await expect(failing).rejects.toHaveProperty('cause.name', 'ECONNREFUSED');
  });

  it.each([
    ['StoreDown', 'ResourceNotFoundException'],
    ['AccessDenied', 'AccessDeniedException'],
  ])('is %s for %s, for reads and writes alike', async (name, type) => {
    const table = tableAt(await answering(400, type));
    const change = { update: 'SET #a = :a', condition: '#b = :a', values: { ':a': 1 } };
    const calls = [
      table.get(KEY),
      table.put(KEY, {}, ABSENT),
      table.update(KEY, change),
      table.query({ pk: 'a', first: 'a', last: 'z' }),
    ];
    for (const call of calls) {
      await expect(call).rejects.toMatchObject({ name, cause: { name: type } });
    }
  });

  it('is the outcome refused, and no failure, when a condition fails', async () => {
    const table = tableAt(await answering(400, 'ConditionalCheckFailedException'));
    expect(await table.put(KEY, {}, ABSENT)).toBe('refused');
  });
});

describe('values', () => {
  it('are read back exactly, without undefined ones', async () => {
    const database = await openTestDatabase();
    const table = database.tables.ledger;
    const item = {
      most: Number.MAX_SAFE_INTEGER,
      debt: -1,
      nothing: null,
      no: false,
      empty: '',
      list: [1, 'ä', { deep: [] }],
    };
    await table.put(KEY, { ...item, gone: undefined, in: { gone: undefined } }, ABSENT);
    const found = await table.get(KEY);
    const tooMuch = table.put(KEY, { most: Number.MAX_SAFE_INTEGER + 1 }, ABSENT);
    await expect(tooMuch).rejects.toThrow('greater than Number.MAX_SAFE_INTEGER');
    await database.close();
    expect(found).toEqual({ ...KEY, ...item, in: {} });
  });

  it('are StoreDown when a reply is not of DynamoDB', async () => {
    await using wire = await startAwsWire({ status: 200, body: '<html>hello</html>' });
    await expect(tableAt(wire.endpoint).get(KEY)).rejects.toMatchObject({
      name: 'StoreDown',
      message: expect.stringContaining('DynamoDB: SyntaxError'),
    });
  });
});

describe('counting', () => {
  it('reports the operation of each request, retries included', async () => {
    const calls: string[] = [];
    const onCall = (operation: string): void => {
      calls.push(operation);
    };
    const endpoint = await answering(500, 'InternalServerError');
    await expect(tableAt(endpoint, { onCall }).get(KEY)).rejects.toHaveProperty('name');
    expect(calls).toEqual(['GetItem', 'GetItem', 'GetItem']);
  });
});

describe('a range', () => {
  it('is read to its end, however many pages it takes', async () => {
    const database = await openTestDatabase();
    const table = database.tables.ledger;
    const sks = ['a', 'b', 'c', 'd', 'e'];
    for (const sk of sks) await table.put({ pk: 'p', sk }, { large: 'x'.repeat(390_000) }, ABSENT);
    database.calls.length = 0;
    const items = await table.query({ pk: 'p', first: 'a', last: 'd' });
    const queries = database.calls.length;
    await database.close();
    expect(items.map(({ sk }) => sk)).toEqual(['a', 'b', 'c', 'd']);
    expect(queries).toBeGreaterThan(1);
  });
});

describe('every read by key', () => {
  // The embedded engine has one copy of everything, so only the request tells.
  it.each<[string, (table: ReturnType<typeof tableAt>) => Promise<unknown>]>([
    ['of one item', (table) => table.get(KEY)],
    ['of many', (table) => table.getMany([KEY])],
    ['of a range', (table) => table.query({ pk: 'a', first: 'a', last: 'z' })],
  ])('%s is consistent', async (_, read) => {
    const asked: string[] = [];
    server = createServer(async (request, response) => {
      asked.push(await text(request));
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end('{}');
    });
    const listening = server;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const address = listening.address();
    const port = typeof address === 'object' ? address?.port : '';
    await read(tableAt(`http://127.0.0.1:${port}`));
    expect(asked).toEqual([expect.stringContaining('"ConsistentRead":true')]);
  });
});
