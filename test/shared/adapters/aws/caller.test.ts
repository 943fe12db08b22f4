// The caller of AWS over a real wire: what it repeats, what it gives up, and what it never tells.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  type AwsRequest,
  type CallerOptions,
  createCaller,
} from '../../../../shared/adapters/aws/caller.ts';
import { createJsonCall } from '../../../../shared/adapters/aws/json.ts';
import { minutes, seconds } from '../../../../shared/core/base/time.ts';
import { at } from '../../../support/builders/builders.ts';
import { type Answer, accessTo, ok, startAwsWire } from '../aws-wire.ts';

const ASK: AwsRequest = { operation: 'Ask', method: 'POST', path: '/', body: '{}' };
const LIMITS = { connect: seconds(1), exchange: seconds(5) };
const OPTIONS = { service: 'states', limits: LIMITS };

const refusal = (name: string, status = 400): Answer => ({
  status,
  body: { __type: name, message: `because of ${name}` },
});

/** One call against these answers: how it ended, what was sent, and how long each pause was. */
async function calling(answers: readonly Answer[], options: Partial<CallerOptions> = {}) {
  await using wire = await startAwsWire(...answers);
  const access = accessTo(wire.endpoint);
  const outcome = await createCaller({ ...access, ...OPTIONS, ...options })(ASK);
  return { outcome, calls: wire.calls, pauses: access.pauses };
}

describe('what passes', () => {
  it.each<[string, Answer]>([
    ['a server in trouble', refusal('InternalServerError', 500)],
    ['a gateway without a server', { status: 502, body: '<html>bad gateway</html>' }],
    ['too many requests', { status: 429, body: '' }],
    ['throttling', refusal('ThrottlingException')],
    ['a table that is asked too much', refusal('ProvisionedThroughputExceededException')],
    ['a slow request', refusal('RequestTimeout')],
    ['a connection that is hung up', 'hang up'],
    ['a reply that is torn', 'tear'],
  ])('is asked again: %s', async (_, answer) => {
    const { outcome, calls } = await calling([answer, ok({ done: true })]);
    expect(outcome).toEqual({ kind: 'reply', body: Buffer.from('{"done":true}') });
    expect(calls).toHaveLength(2);
  });

  it('is asked three times, and no more', async () => {
    const { outcome, calls, pauses } = await calling([refusal('InternalServerError', 500)]);
    expect(outcome).toMatchObject({ kind: 'trouble', name: 'InternalServerError', status: 500 });
    expect(calls).toHaveLength(3);
    expect(pauses).toHaveLength(2);
  });

  it('is given time, more each time, and more still when we were too fast', async () => {
    const longest = [0, 0, 0, 0];
    for (let round = 1; round <= 40; round += 1) {
      const quick = await calling([refusal('InternalServerError', 500)]);
      const slow = await calling([refusal('ThrottlingException')]);
      for (const [index, pause] of [...quick.pauses, ...slow.pauses].entries()) {
        longest[index] = Math.max(longest[index] ?? 0, pause);
      }
    }
    const [first = 0, second = 0, third = 0, fourth = 0] = longest;
    expect(first).toBeLessThan(100);
    expect(second).toBeLessThan(200);
    expect(third).toBeLessThan(500);
    expect(fourth).toBeLessThan(1_000);
    expect(second).toBeGreaterThan(100);
    expect(third).toBeGreaterThan(200);
    expect(fourth).toBeGreaterThan(500);
  });
});

describe('what stays', () => {
  it.each(['ValidationException', 'AccessDeniedException', 'ExpiredTokenException'])(
    'is asked once: %s',
    async (name) => {
      const { outcome, calls } = await calling([refusal(name)]);
      expect(outcome).toMatchObject({ name, message: `because of ${name}`, status: 400 });
      expect(calls).toHaveLength(1);
    },
  );

  it('is asked once when the reply is longer than any honest one', async () => {
    const { outcome, calls } = await calling([{ status: 200, body: 'x'.repeat(65 * 1024 * 1024) }]);
    expect('name' in outcome && outcome.name).toBe('ReplyTooLong');
    expect(calls).toHaveLength(1);
  });
});

describe('an error', () => {
  it.each<[string, Answer, string]>([
    [
      'a header',
      { status: 404, headers: { 'x-amzn-errortype': 'Gone:http://x/' }, body: {} },
      'Gone',
    ],
    ['a namespace', refusal('com.amazonaws.states#TaskTimedOut'), 'TaskTimedOut'],
    ['a code', { status: 400, body: { code: 'Coded' } }, 'Coded'],
    ['XML', { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' }, 'NoSuchKey'],
    ['nothing but a status', { status: 418, body: 'a teapot' }, 'HTTP 418'],
  ])('is named by %s', async (_, answer, name) => {
    const { outcome } = await calling([answer]);
    expect(outcome).toMatchObject({ kind: 'trouble', name });
  });
});

describe('an endpoint that is not there', () => {
  it('is a refused connection after three tries', async () => {
    const gone = await startAwsWire();
    await gone[Symbol.asyncDispose]();
    const access = accessTo(gone.endpoint);
    const outcome = await createCaller({ ...access, ...OPTIONS })(ASK);
    expect(outcome).toMatchObject({ kind: 'trouble', name: 'ECONNREFUSED', status: null });
    expect(access.pauses).toHaveLength(2);
  });

  it('is out of time when it never answers', async () => {
    const limits = { connect: seconds(1), exchange: seconds(0.05) };
    const { outcome, calls } = await calling(['never'], { limits });
    expect(outcome).toMatchObject({ name: 'TimeoutError', message: 'no answer in time' });
    expect(calls).toHaveLength(3);
  });

  it('is out of time when it takes the connection but no TLS', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = Object(server.address());
    const limits = { connect: seconds(0.05), exchange: minutes(1) };
    const access = { ...accessTo(`https://127.0.0.1:${port}`), ...OPTIONS, limits };
    const outcome = await createCaller(access)(ASK);
    for (const socket of sockets) socket.destroy();
    server.close();
    expect(outcome).toMatchObject({ name: 'TimeoutError', message: 'no connection in time' });
    expect(sockets.size).toBe(3);
  });
});

describe('connections', () => {
  it('are kept for the next call', async () => {
    await using wire = await startAwsWire(ok());
    const call = createCaller({ ...accessTo(wire.endpoint), ...OPTIONS });
    for (let nth = 1; nth <= 3; nth += 1) await call(ASK);
    expect(wire.calls).toHaveLength(3);
    expect(wire.connections()).toBe(1);
  });
});

describe('clocks that disagree', () => {
  const later = (name: string, minutesLater: number): Answer => {
    const date = new Date(at('12:00') + minutes(minutesLater)).toUTCString();
    return { status: 403, headers: { date }, body: { __type: name, message: 'Signature expired' } };
  };
  const dates = (calls: readonly { headers: Record<string, unknown> }[]) =>
    calls.map(({ headers }) => headers['x-amz-date']);

  it.each(['InvalidSignatureException', 'RequestTimeTooSkewed', 'SignatureDoesNotMatch'])(
    'are set right by the date of the refusal, at once and for good: %s',
    async (name) => {
      await using wire = await startAwsWire(later(name, 61), ok());
      const access = accessTo(wire.endpoint);
      const call = createCaller({ ...access, ...OPTIONS });
      expect(await call(ASK)).toMatchObject({ kind: 'reply' });
      expect(await call(ASK)).toMatchObject({ kind: 'reply' });
      const [wrong, right] = ['20261102T120000Z', '20261102T130100Z'];
      expect(dates(wire.calls)).toEqual([wrong, right, right]);
      expect(access.pauses).toEqual([]);
    },
  );

  it('are no excuse for a signature that is dated well: it is refused at once', async () => {
    const { outcome, calls } = await calling([later('InvalidSignatureException', 3)]);
    expect(outcome).toMatchObject({ name: 'InvalidSignatureException' });
    expect(calls).toHaveLength(1);
  });

  it('do not keep a caller busy whom AWS refuses all the same', async () => {
    const { outcome, calls } = await calling([later('InvalidSignatureException', 61)]);
    expect(outcome).toMatchObject({ name: 'InvalidSignatureException' });
    expect(calls).toHaveLength(2);
  });
});

describe('keys', () => {
  const keys = { accessKeyId: 'AKIDTEST', secretAccessKey: 'the-key', sessionToken: 'the-token' };

  it('are asked for at each try, since they rotate', async () => {
    const tokens = ['first', 'second'];
    const credentials = () => ({ ...keys, sessionToken: tokens.shift() });
    const { calls } = await calling([refusal('InternalServerError', 500), ok()], { credentials });
    expect(calls.map(({ headers }) => headers['x-amz-security-token'])).toEqual([
      'first',
      'second',
    ]);
  });

  it('are missed without a request being sent', async () => {
    const { outcome, calls } = await calling([ok()], { credentials: () => null });
    expect(outcome).toMatchObject({ kind: 'trouble', name: 'NoCredentials' });
    expect(calls).toEqual([]);
  });

  it('are never told, though AWS quotes them', async () => {
    const message = 'no: the-token, the-key, a-task-token\nThe Canonical String was the-token';
    const answer = { status: 400, body: { __type: 'the-token', message } };
    await using wire = await startAwsWire(answer);
    const options = { ...accessTo(wire.endpoint), ...OPTIONS, credentials: () => keys };
    const outcome = await createCaller(options)({ ...ASK, secret: 'a-task-token' });
    const told = { name: '***', message: 'no: ***, ***, ***', status: 400 };
    expect(outcome).toEqual({ kind: 'trouble', ...told });
  });
});

describe('a JSON call', () => {
  const call = async (answer: Answer) => {
    await using wire = await startAwsWire(answer);
    const options = { ...OPTIONS, target: 'AWSStepFunctions', version: '1.0' } as const;
    const outcome = await createJsonCall(accessTo(wire.endpoint), options)('Ask', { a: 1 });
    return { outcome, calls: wire.calls };
  };

  it('names its operation and says what it sends', async () => {
    const { calls } = await call(ok());
    expect(calls).toMatchObject([{ target: 'AWSStepFunctions.Ask', text: '{"a":1}' }]);
    expect(calls[0]?.headers['content-type']).toBe('application/x-amz-json-1.0');
  });

  it('takes an empty reply for an empty object', async () => {
    expect((await call({ status: 200, body: '' })).outcome).toEqual({ kind: 'reply', output: {} });
  });

  it('is in trouble, and not repeated, when the reply is not JSON', async () => {
    const { outcome, calls } = await call({ status: 200, body: '<html>hello</html>' });
    expect(outcome).toMatchObject({ kind: 'trouble', name: 'ReplyNotJson' });
    expect(calls).toHaveLength(1);
  });
});
