// The embedded database: an invalid or aborted request never stops it.

import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_ACCESS, openDatabase } from '../../../local/aws/database.ts';
import { connect } from '../../../shared/adapters/dynamodb/client.ts';
import { leaseKey, TABLES } from '../../../shared/adapters/dynamodb/schema.ts';
import { ABSENT, openTable } from '../../../shared/adapters/dynamodb/table.ts';
import { aLeaseId } from '../../support/builders/base.ts';

const key = leaseKey(aLeaseId());
const leasesAt = (endpoint: string) => openTable(connect({ endpoint, ...LOCAL_ACCESS }), 'leases');

const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.ListTables',
  'x-amz-date': '20261102T120000Z',
  authorization: 'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c',
};

async function listTables(endpoint: string): Promise<unknown> {
  const reply = await fetch(endpoint, { method: 'POST', headers: HEADERS, body: '{}' });
  return reply.json();
}

/** Sends the head of a request and part of its body, and closes the connection. */
async function abortMidBody(endpoint: string): Promise<void> {
  const { hostname, port } = new URL(endpoint);
  const socket = connectSocket(Number(port), hostname);
  await once(socket, 'connect');
  const lines = Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}`);
  const head = ['POST / HTTP/1.1', `host: ${hostname}`, 'content-length: 500', ...lines];
  await new Promise((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n{"Limit":`, resolve));
  socket.resetAndDestroy();
  await once(socket, 'close');
}

describe('the database in memory', () => {
  let database: Awaited<ReturnType<typeof openDatabase>>;
  beforeAll(async () => {
    database = await openDatabase();
  });
  afterAll(() => database.close());

  it('has the tables of the schema', async () => {
    const names = expect.arrayContaining(Object.keys(TABLES));
    expect(await listTables(database.endpoint)).toEqual({ TableNames: names });
  });

  it('listens only on the loopback address', () => {
    expect(new URL(database.endpoint).hostname).toBe('127.0.0.1');
  });

  it('keeps serving when callers abort their requests', async () => {
    for (let time = 1; time <= 5; time += 1) await abortMidBody(database.endpoint);
    expect(await listTables(database.endpoint)).toHaveProperty('TableNames');
  });

  it.each(['null', '[]', '"text"', '{"Limit":', '7'])(
    'replies to the body %s with 400',
    async (body) => {
      const request = { method: 'POST', headers: { ...HEADERS }, body };
      request.headers['x-amz-target'] = 'DynamoDB_20120810.GetItem';
      const reply = await fetch(database.endpoint, request);
      expect(reply.status).toBe(400);
      expect(await listTables(database.endpoint)).toHaveProperty('TableNames');
    },
  );
});

describe('closing', () => {
  it('refuses later requests', async () => {
    const database = await openDatabase();
    await database.close();
    await expect(listTables(database.endpoint)).rejects.toThrow('fetch failed');
  });

  it('does not wait for a caller that never finishes its request', async () => {
    const database = await openDatabase();
    const { hostname, port } = new URL(database.endpoint);
    const socket = connectSocket(Number(port), hostname);
    await once(socket, 'connect');
    const closed = once(socket, 'close').catch((error: unknown) => error);
    await new Promise((resolve) =>
      socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 500\r\n\r\n{', resolve),
    );
    await database.close();
    expect(await closed).toBeDefined();
  });
});

describe('the database on disk', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'database-test-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('keeps its items after it is closed and opened again', async () => {
    const path = join(folder, 'kept');
    const first = await openDatabase({ path });
    await leasesAt(first.endpoint).put(key, { note: 'still here' }, ABSENT);
    await first.close();
    const second = await openDatabase({ path });
    const item = await leasesAt(second.endpoint).get(key);
    await second.close();
    expect(item).toMatchObject({ note: 'still here' });
  });

  it('keeps every write that was acknowledged before it closed', async () => {
    const path = join(folder, 'closed');
    const first = await openDatabase({ path });
    const table = leasesAt(first.endpoint);
    await table.put(key, { count: 0 }, ABSENT);
    const add = { update: 'SET #count = #count + :one', condition: 'attribute_exists(#pk)' };
    const write = () => table.update(key, { ...add, values: { ':one': 1 } });
    const writes = Promise.allSettled(Array.from({ length: 60 }, write));
    await write();
    await first.close();
    const outcomes = await writes;
    const acknowledged = outcomes.filter(({ status }) => status === 'fulfilled').length + 1;
    const second = await openDatabase({ path });
    const item = await leasesAt(second.endpoint).get(key);
    await second.close();
    expect(item?.['count']).toBeGreaterThanOrEqual(acknowledged);
  });

  it('can be open only once; the error names the process that holds it', async () => {
    const path = join(folder, 'held');
    const first = await openDatabase({ path });
    await expect(openDatabase({ path })).rejects.toThrow(`is held by process ${process.pid}`);
    await first.close();
    await expect(readFile(`${path}.lock`)).rejects.toThrow('ENOENT');
  });

  it('takes over the lock of a process that exited', async () => {
    const path = join(folder, 'left');
    // Above the largest process id that Linux gives out (4,194,304).
    await writeFile(`${path}.lock`, '4194305');
    const database = await openDatabase({ path });
    expect((await readFile(`${path}.lock`, 'utf8')).split(' ')[0]).toBe(String(process.pid));
    await database.close();
  });
});
