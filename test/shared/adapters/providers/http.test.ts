// What the shared HTTP client sends, returns and repeats, against a real server on loopback.

import { describe, expect, it } from 'vitest';
import { createHttp, type HttpRequest } from '../../../../shared/adapters/providers/http.ts';
import { Failure } from '../../../../shared/core/base/failure.ts';
import { seconds } from '../../../../shared/core/base/time.ts';
import type { CallResult } from '../../../../shared/core/instance/gate.ts';
import { type Answer, closedPort, serveInTurn } from './loopback.ts';

const read: HttpRequest = {
  method: 'GET',
  path: '/things/',
  timeout: seconds(10),
  callClass: 'get',
  isRead: true,
};
const write: HttpRequest = { ...read, method: 'PUT', body: { a: 1 }, isRead: false };

async function ask(request: HttpRequest, ...answers: readonly Answer[]) {
  const server = await serveInTurn(...answers);
  const answer = await createHttp(server.options).send(request);
  const { taken, results } = server.options;
  return { answer, asked: server.asked, taken, results };
}

describe('a request', () => {
  it('has the key in a header and never in the URL', async () => {
    const { asked } = await ask({ ...read, query: { q: '{"a":1}' } }, { status: 200, body: {} });
    expect(asked[0]?.headers.authorization).toBe('Bearer key-of-the-test');
    expect([...(asked[0]?.query ?? [])]).toEqual([['q', '{"a":1}']]);
  });

  it('is JSON, and closes the connection', async () => {
    const { asked } = await ask(write, { status: 200, body: {} });
    expect(asked[0]?.body).toEqual({ a: 1 });
    expect(asked[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      connection: 'close',
    });
  });
});

describe('an answer', () => {
  it('has status, text and JSON', async () => {
    const { answer } = await ask(read, { status: 404, body: { error: 'x' } });
    expect(answer).toEqual({
      kind: 'reply',
      status: 404,
      text: '{"error":"x"}',
      json: { error: 'x' },
      retryAfter: null,
    });
  });

  it('has no JSON when the body is not JSON', async () => {
    const { answer } = await ask(read, { status: 200, body: '<html>' });
    expect(answer).toMatchObject({ kind: 'reply', text: '<html>', json: undefined });
  });

  it('is the redirect itself', async () => {
    const { answer, asked } = await ask(write, { status: 308, headers: { location: '/other/' } });
    expect(answer).toMatchObject({ kind: 'reply', status: 308 });
    expect(asked).toHaveLength(1);
  });

  it('is no reply when the server disconnects', async () => {
    const { answer } = await ask(write, 'hang up');
    expect(answer).toMatchObject({ kind: 'no-reply' });
  });

  it('is no reply when the body is cut off', async () => {
    const { answer } = await ask(write, {
      status: 200,
      body: '{"new_contract"',
      headers: { 'content-length': '99' },
    });
    expect(answer).toMatchObject({ kind: 'no-reply' });
  });

  it('is no reply after the timeout', async () => {
    const { answer } = await ask({ ...write, timeout: seconds(0.05) }, 'never');
    expect(answer).toEqual({ kind: 'no-reply', reason: 'timed out' });
  });

  it('is no reply when the body is too long', async () => {
    const { answer } = await ask(write, { status: 200, body: 'x'.repeat(4 * 1024 * 1024 + 1) });
    expect(answer).toEqual({ kind: 'no-reply', reason: 'the reply is too long' });
  });

  it('is no reply when no server listens, with the cause and without the key', async () => {
    const { options } = await serveInTurn({ status: 200 });
    const closed = `http://127.0.0.1:${await closedPort()}`;
    const answer = await createHttp({ ...options, baseUrl: closed }).send(write);
    expect(answer).toEqual({ kind: 'no-reply', reason: 'connection failed: ECONNREFUSED' });
  });

  it('never quotes a key that is not valid in a header', async () => {
    const { options } = await serveInTurn({ status: 200 });
    const answer = await createHttp({ ...options, apiKey: 'secret\nkey' }).send(write);
    expect(JSON.stringify(answer)).not.toContain('secret');
  });
});

describe('repeating', () => {
  it.each<[string, Answer]>([
    ['429', { status: 429 }],
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['a hung up socket', 'hang up'],
  ])('a read is repeated after %s, with a pass of its own', async (_name, passing) => {
    const { answer, taken } = await ask(read, passing, { status: 200, body: {} });
    expect(answer).toMatchObject({ status: 200 });
    expect(taken).toEqual(['get', 'get']);
  });

  it('a read ends after three tries', async () => {
    const { answer, asked } = await ask(read, { status: 503 });
    expect(answer).toMatchObject({ status: 503 });
    expect(asked).toHaveLength(3);
  });

  it.each<[string, Answer]>([
    ['500', { status: 500 }],
    ['404', { status: 404 }],
  ])('a read is not repeated after %s', async (_name, lasting) => {
    const { asked } = await ask(read, lasting);
    expect(asked).toHaveLength(1);
  });

  it('a read is not repeated after a timeout', async () => {
    const { asked } = await ask({ ...read, timeout: seconds(0.05) }, 'never');
    expect(asked).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['429', { status: 429 }],
    ['503', { status: 503 }],
    ['a hung up socket', 'hang up'],
  ])('a call with an effect is never repeated after %s', async (_name, passing) => {
    const { asked } = await ask(write, passing, { status: 200, body: {} });
    expect(asked).toHaveLength(1);
  });
});

describe('a pass', () => {
  it('is taken for each call, but for one whose caller has it', async () => {
    expect((await ask(write, { status: 200, body: {} })).taken).toEqual(['get']);
    const own = await ask({ ...write, callClass: null }, { status: 200, body: {} });
    expect(own.taken).toEqual([]);
    expect(own.asked).toHaveLength(1);
  });

  it.each<[string, Answer, CallResult]>([
    ['200', { status: 200, body: {} }, { kind: 'answered' }],
    ['404', { status: 404 }, { kind: 'answered' }],
    ['429', { status: 429 }, { kind: 'refused', retryAfter: null }],
    [
      '429 with Retry-After',
      { status: 429, headers: { 'retry-after': '7' } },
      { kind: 'refused', retryAfter: seconds(7) },
    ],
    [
      '429 with a Retry-After that is a date',
      { status: 429, headers: { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' } },
      { kind: 'refused', retryAfter: null },
    ],
    ['500', { status: 500 }, { kind: 'error' }],
    ['a hung up socket', 'hang up', { kind: 'error' }],
  ])('gets the result of %s', async (_name, answer, result) => {
    expect((await ask(write, answer)).results).toEqual([result]);
  });

  it('that is not free stops the call before it is sent', async () => {
    const { options, asked } = await serveInTurn({ status: 200 });
    const takePass = async () => {
      throw new Failure('RateLimited', 'not now');
    };
    const sent = createHttp({ ...options, takePass }).send(write);
    await expect(sent).rejects.toMatchObject({ name: 'RateLimited' });
    expect(asked).toEqual([]);
  });
});
