// The typed client against a server that checks every signature: routes, retries, idempotency,
// problems, lists.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../../clients/client/client.ts';
import { ApiProblem } from '../../../clients/client/problem.ts';
import { routes } from '../../../shared/api/contract/contract.ts';
import { aLease, anEvent, anOffer, HOST_KEY, LEASE_ID } from '../builders.ts';
import { REPLIES } from '../replies.ts';
import { CALLS } from './calls.ts';
import { CREDENTIALS, inTurn, problem, serveScript } from './scripted.ts';

const BODY = { sshPublicKey: HOST_KEY };
const fine = { body: REPLIES.readHealth };
const busy = problem(503, 'StoreDown', { retryable: true });

const problemIn = (work: Promise<unknown>): Promise<ApiProblem> =>
  work.then(
    () => expect.unreachable('it resolved'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(ApiProblem);
      return error as ApiProblem;
    },
  );

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('the client', () => {
  it('calls every route with a valid signature', async () => {
    const { client, asked } = await serveScript(({ route }) => ({
      body: route === null ? null : REPLIES[route],
    }));
    for (const call of Object.values(CALLS)) await call(client);
    expect(asked.map(({ route }) => route)).toEqual(Object.keys(CALLS));
    const signed = asked.filter(({ verdict }) => verdict.kind === 'signed');
    expect(signed.map(({ route }) => route)).toEqual(
      Object.entries(routes).flatMap(([name, { access }]) => (access === 'node' ? [] : name)),
    );
    expect(asked[0]?.query).toEqual({ gpuName: 'RTX 4090 (a*b!)', limit: '3' });
    const listed = asked.find(({ route }) => route === 'listLeases');
    expect(listed?.query).toEqual({ consumer: '000000000000/user/you+me' });
    const heartbeat = asked.find(({ route }) => route === 'recordNodeHeartbeat');
    expect(heartbeat?.headers.authorization).toBe('Bearer token-1');
  });

  it('keeps the path of a stage in front of the route', async () => {
    const { url, asked } = await serveScript(inTurn(fine));
    const options = { region: 'eu-central-1', credentials: async () => CREDENTIALS };
    await createClient({ ...options, endpoint: `${url}/prod/` }).readHealth();
    expect(asked[0]?.url).toBe('/prod/v1/health');
    expect(asked[0]?.verdict.kind).toBe('signed');
  });

  it('refuses an invalid id before it sends a request', async () => {
    const { client, asked } = await serveScript(inTurn(fine));
    const refused = await problemIn(client.releaseLease('../leases'));
    expect(refused).toMatchObject({ status: 400, field: 'id', retryable: false });
    expect(asked).toEqual([]);
  });

  it("rejects with the service's problem", async () => {
    const refusal = { detail: 'no room', limit: 'open-leases' };
    const { client } = await serveScript(inTurn(problem(402, 'OverBudget', refusal)));
    expect(await problemIn(client.requestLease(BODY))).toMatchObject({
      name: 'ApiProblem',
      message: 'no room',
      status: 402,
      type: 'urn:gpu-shopper:problem:OverBudget',
      detail: 'no room',
      limit: 'open-leases',
      field: undefined,
      retryable: false,
      requestId: 'request-1',
    });
  });

  it("rejects with the gateway's own refusal", async () => {
    const answer = { status: 403, body: { message: 'Forbidden' } };
    const { client } = await serveScript(inTurn(answer));
    expect(await problemIn(client.readHealth())).toMatchObject({
      status: 403,
      detail: 'Forbidden',
      requestId: 'request-1',
    });
  });

  it('recognizes the endpoint of another service', async () => {
    const { client, asked } = await serveScript(inTurn({ body: '<html>' }));
    const found = await problemIn(client.readHealth());
    expect(found.type).toBe('urn:gpu-shopper:problem:NotThisService');
    expect(asked).toHaveLength(1);
  });

  it('follows no redirect', async () => {
    const { client, asked } = await serveScript(inTurn({ status: 302, body: '' }));
    expect((await problemIn(client.readHealth())).status).toBe(302);
    expect(asked).toHaveLength(1);
  });
});

describe('retries', () => {
  it.each([
    ['a retryable problem', busy],
    ['a hang-up', 'hang up' as const],
    ['a 429 without a document', { status: 429, body: '' }],
    ['a 502 of a gateway', { status: 502, body: '<html>' }],
  ])('repeat after %s', async (_, answer) => {
    const { client, asked, pauses } = await serveScript(inTurn(answer, answer, fine));
    await client.readHealth();
    expect(asked.map(({ verdict }) => verdict.kind)).toEqual(['signed', 'signed', 'signed']);
    // Half of 200 ms and of 400 ms: `random` returns 0.5.
    expect(pauses).toEqual([100, 200]);
  });

  it.each([
    ['a refusal', problem(400, 'BadRequest')],
    ['a limit', problem(402, 'OverBudget')],
    ['a bug of the service', problem(500, 'Bug')],
  ])('do not repeat after %s', async (_, answer) => {
    const { client, asked } = await serveScript(inTurn(answer));
    await problemIn(client.readHealth());
    expect(asked).toHaveLength(1);
  });

  it('wait for as long as the service asks, at most five seconds', async () => {
    const asks = (seconds: string) => ({ status: 503, headers: { 'retry-after': seconds } });
    const { client, pauses } = await serveScript(
      inTurn({ ...asks('2'), body: '' }, { ...asks('600'), body: '' }, fine),
    );
    await client.readHealth();
    expect(pauses).toEqual([2_100, 5_200]);
  });

  it('end after five attempts with the last problem', async () => {
    const { client, asked, pauses } = await serveScript(inTurn(busy));
    expect(await problemIn(client.readHealth())).toMatchObject({ status: 503, retryable: true });
    expect(asked).toHaveLength(5);
    expect(pauses).toEqual([100, 200, 400, 800]);
  });

  it('send the same idempotency key, and another request sends another one', async () => {
    const { client, asked } = await serveScript(inTurn('hang up', busy, { body: aLease() }));
    await client.requestLease(BODY);
    await client.requestLease(BODY);
    const keys = asked.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).not.toBe(keys[0]);
    expect(asked[0]?.body).toEqual(BODY);
  });

  it('send the given idempotency key', async () => {
    const { client, asked } = await serveScript(inTurn(busy, { body: aLease() }));
    await client.requestLease(BODY, { idempotencyKey: 'mine-12345' });
    expect(asked.map(({ headers }) => headers['idempotency-key'])).toEqual([
      'mine-12345',
      'mine-12345',
    ]);
  });

  it('end with Unreachable when no server listens', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    server.close();
    await once(server, 'close');
    const client = createClient({
      endpoint,
      region: 'us-east-1',
      credentials: async () => CREDENTIALS,
      sleep: async () => undefined,
    });
    const found = await problemIn(client.readHealth());
    expect(found).toMatchObject({ status: 0, type: 'urn:gpu-shopper:problem:Unreachable' });
    expect(found.detail).toBe(`no response from ${endpoint}: ECONNREFUSED`);
  });
});

describe('an abort', () => {
  it('rejects a pending call with its reason', async () => {
    const controller = new AbortController();
    const { client } = await serveScript(() => {
      controller.abort(new Error('enough'));
      return 'never';
    });
    await expect(client.readHealth({ signal: controller.signal })).rejects.toThrow('enough');
  });

  it('stops the retries', async () => {
    const controller = new AbortController();
    const { client, asked } = await serveScript(() => {
      controller.abort();
      return busy;
    });
    const work = client.readHealth({ signal: controller.signal });
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toHaveLength(1);
  });
});

describe('lists', () => {
  const pagesOf =
    (name: string, pages: Readonly<Record<string, readonly [unknown[], string | null]>>) =>
    ({ query }: { readonly query: Readonly<Record<string, string>> }) => {
      const [items, nextCursor] = pages[query['cursor'] ?? 'first'] ?? [[], null];
      return { body: { [name]: items, nextCursor, unreadable: [] } };
    };

  it('of offers read all pages with the same query', async () => {
    const [a, b] = [anOffer(), anOffer({ gpuCount: 2 })];
    const { client, asked } = await serveScript(
      pagesOf('offers', { first: [[a], 'next'], next: [[b], null] }),
    );
    expect(await all(client.everyOffer({ limit: 1 }))).toEqual([a, b]);
    expect(asked.map(({ query }) => query)).toEqual([
      { limit: '1' },
      { cursor: 'next', limit: '1' },
    ]);
  });

  it('of leases start at the given cursor', async () => {
    const lease = aLease();
    const { client, asked } = await serveScript(
      pagesOf('leases', { first: [[], null], later: [[lease], null] }),
    );
    expect(await all(client.everyLease({ cursor: 'later' }))).toEqual([lease]);
    expect(asked).toHaveLength(1);
  });

  it('of events end at the first empty page', async () => {
    const event = anEvent(1, 'lease-requested');
    const { client } = await serveScript(
      pagesOf('events', { first: [[event], 'one'], one: [[], 'one'] }),
    );
    expect(await all(client.everyEvent(LEASE_ID))).toEqual([event]);
  });
});
