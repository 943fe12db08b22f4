// The HTTP front over real sockets: its routes, its refusals, and that no request, also no aborted
// one, stops it.

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { matchRoute } from '../../../local/aws/gateway.ts';
import { signed, signedFetch, type ToSign } from '../../support/signing.ts';
import { LASTING, openFront, openFrontedWorld } from '../../support/worlds/front.ts';

let front: Awaited<ReturnType<typeof openFrontedWorld>>;
beforeAll(async () => {
  front = await openFrontedWorld();
});
afterAll(() => front.close());

type Ask = Omit<ToSign, 'keys' | 'url'>;
type Body = { readonly id?: string; readonly offers?: readonly unknown[] };
const ask = async (path: string, request: Ask = {}) => {
  const reply = await signedFetch({ keys: LASTING, ...request, url: `${front.url}${path}` });
  return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Body };
};
const post = (body: string, headers: Record<string, string> = {}) =>
  ask('/v1/leases', {
    method: 'POST',
    body,
    headers: { 'idempotency-key': 'key-12345', ...headers },
  });
const problem = (name: string) => ({ type: `urn:gpu-shopper:problem:${name}` });

/** Sends bytes unchanged; returns the reply until the front closes the connection. */
async function raw(bytes: string, { hangUp = false } = {}): Promise<string> {
  const socket = connect(front.port, '127.0.0.1');
  let back = '';
  socket.on('data', (chunk) => {
    back += chunk;
  });
  // The front may reset the connection of a misbehaving caller.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(bytes, resolve));
  if (hangUp) socket.resetAndDestroy();
  await new Promise((resolve) => socket.once('close', resolve));
  return back;
}

describe('routes', () => {
  it.each([
    ['GET', '/v1/offers', { kind: 'found', route: 'listOffers', params: {} }],
    ['GET', '/v1/leases/abc', { kind: 'found', route: 'readLease', params: { id: 'abc' } }],
    ['DELETE', '/v1/leases/abc', { kind: 'found', route: 'deleteLease', params: { id: 'abc' } }],
    ['PUT', '/v1/leases/abc', { kind: 'wrong-method', allowed: ['GET', 'DELETE'] }],
    ['GET', '/v1/leases/', { kind: 'unknown' }],
    ['GET', '/v1/leases/a/b', { kind: 'unknown' }],
    ['GET', '/V1/offers', { kind: 'unknown' }],
    ['GET', 'http://127.0.0.1/v1/offers', { kind: 'unknown' }],
  ])('%s %s is matched exactly', (method, path, match) => {
    expect(matchRoute(method, path)).toEqual(match);
  });
});

describe('a signed request', () => {
  it('reaches its handler and gets a JSON reply', async () => {
    const { status, headers, body } = await ask('/v1/offers?limit=2');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('apigw-requestid')).toMatch(/^[\w-]{36}$/);
    expect(body.offers).toHaveLength(2);
  });

  it('may be presigned', async () => {
    expect(await ask('/v1/offers?limit=2', { expiresIn: 60 })).toMatchObject({ status: 200 });
  });

  it('is attributed to its IAM user', async () => {
    const lease = await post(`{"sshPublicKey":"ssh-ed25519 ${'A'.repeat(68)}"}`);
    const found = await front.world.service.call('readLease', {
      params: { id: lease.body.id ?? '' },
      userArn: 'arn:aws:iam::000000000000:user/you',
    });
    expect(found).toMatchObject({ status: 200, body: { id: lease.body.id } });
  });
});

describe('an unsigned request is refused', () => {
  it.each(['/v1/offers', '/v1/health', '/v1/no-such-route', '/v1'])('at %s', async (path) => {
    const reply = await fetch(`${front.url}${path}`);
    expect([reply.status, await reply.json()]).toMatchObject([403, problem('Forbidden')]);
  });

  it('from an instance with an invalid token', async () => {
    const headers = { authorization: 'Bearer not.ours' };
    const reply = await fetch(`${front.url}/node/v1/heartbeats`, { method: 'POST', headers });
    expect([reply.status, await reply.json()]).toMatchObject([403, problem('Forbidden')]);
  });

  it('from an instance with a signature instead of a token', async () => {
    expect(await ask('/node/v1/heartbeats', { method: 'POST' })).toMatchObject({
      status: 403,
      body: problem('Forbidden'),
    });
  });
});

describe('an invalid request gets a problem document', () => {
  it('404 for an unknown route', async () => {
    expect(await ask('/v1/no-such-route')).toMatchObject({
      status: 404,
      body: problem('NotFound'),
    });
  });

  it('404 outside the API, signed or not', async () => {
    const reply = await fetch(`${front.url}/`);
    expect([reply.status, await reply.json()]).toMatchObject([404, problem('NotFound')]);
  });

  it('405 for a method that the route does not allow', async () => {
    const reply = await ask('/v1/leases', { method: 'PUT' });
    expect(reply).toMatchObject({ status: 405, body: problem('MethodNotAllowed') });
    expect(reply.headers.get('allow')).toBe('GET, POST');
  });

  it('413 for a body over 64 KiB', async () => {
    const reply = await post('x'.repeat(65_537));
    expect(reply).toMatchObject({ status: 413, body: problem('TooLarge') });
  });

  it('413 for a body of megabytes, which is read to its end', async () => {
    expect(await post('x'.repeat(3_000_000))).toMatchObject({ status: 413 });
  });

  it.each([
    ['{"hours":', 'body'],
    ['[]', 'body'],
    [`{"sshPublicKey":"ssh-ed25519 ${'A'.repeat(68)}","colour":"red"}`, 'colour'],
    [`{"sshPublicKey":"ssh-ed25519 ${'A'.repeat(68)}","hours":0}`, 'hours'],
  ])('400 for the body %s, naming %s', async (body, field) => {
    expect(await post(body)).toMatchObject({
      status: 400,
      body: { ...problem('BadRequest'), field },
    });
  });

  it('400 for a binary body', async () => {
    const reply = await post('\u0000\u0001', { 'content-type': 'application/octet-stream' });
    expect(reply).toMatchObject({ status: 400, body: problem('BadRequest') });
  });

  it('400 without an idempotency key', async () => {
    const body = `{"sshPublicKey":"ssh-ed25519 ${'A'.repeat(68)}"}`;
    const reply = await ask('/v1/leases', { method: 'POST', body });
    expect(reply).toMatchObject({ status: 400, body: { field: 'Idempotency-Key' } });
  });

  it('400 for an unknown query parameter', async () => {
    const reply = await ask('/v1/offers?colour=red');
    expect(reply).toMatchObject({ status: 400, body: { field: 'colour' } });
  });

  it('400 for a path with an invalid id', async () => {
    const reply = await ask('/v1/leases/%2e%2e%2f%zz');
    expect(reply).toMatchObject({ status: 400, body: { field: 'id' } });
  });
});

describe('the front keeps serving', () => {
  const HEAD = 'POST /v1/leases HTTP/1.1\r\nhost: 127.0.0.1\r\n';
  afterEach(async () => {
    expect(await ask('/v1/health')).toMatchObject({ status: 200 });
  });

  it('when a caller closes the connection in the middle of its body', async () => {
    for (let time = 1; time <= 5; time += 1) {
      await raw(`${HEAD}content-length: 500\r\n\r\n{"hours":`, { hangUp: true });
    }
  });

  it('when a caller closes the connection in the middle of its headers', async () => {
    await raw(HEAD, { hangUp: true });
  });

  it('when a caller does not speak HTTP', async () => {
    expect(await raw('\u0016\u0003\u0001 hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });

  it('when a caller sends 5,000 headers', async () => {
    const flood = Array.from({ length: 5_000 }, (_, at) => `x-flood-${at}: ${'y'.repeat(20)}`);
    // The reply may be lost: the front closes the connection while headers still arrive.
    expect(await raw(`${HEAD}${flood.join('\r\n')}\r\n\r\n`)).toMatch(/^$|^HTTP\/1.1 431 /);
  });

  it('when a caller repeats a header that must be unique', async () => {
    const lines = 'authorization: a\r\nauthorization: b\r\nconnection: close\r\n\r\n';
    expect(await raw(`GET /v1/offers HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines}`)).toMatch(/ 403 /);
  });

  it('when a caller sends its body in malformed chunks', async () => {
    expect(await raw(`${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n`)).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe('a bug', () => {
  it('is reported without details and logged with the request id', async () => {
    const broken = await openFront(() => Promise.reject(new TypeError('secret: 42')));
    const reply = await signedFetch({ keys: LASTING, url: `${broken.url}/v1/health` });
    const body = await reply.text();
    await broken.close();
    expect([reply.status, JSON.parse(body)]).toMatchObject([500, problem('Bug')]);
    expect(body).not.toContain('secret');
    const { requestId } = JSON.parse(body);
    expect(broken.lines).toEqual([
      { kind: 'http', error: 'TypeError', message: 'secret: 42', id: requestId },
    ]);
  });
});

describe('a front that closes', () => {
  it('replies to requests in progress and accepts no new ones', async () => {
    let release = (): void => undefined;
    let markArrived = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      markArrived = resolve;
    });
    const slow = await openFront(async () => {
      markArrived();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { statusCode: 200, headers: {}, body: '{}' };
    });
    const url = `${slow.url}/v1/health`;
    const pending = signedFetch({ keys: LASTING, url });
    await arrived;
    const closed = slow.close();
    release();
    expect((await pending).status).toBe(200);
    await closed;
    const { headers } = await signed({ keys: LASTING, url });
    await expect(fetch(url, { headers })).rejects.toThrow();
  });
});
