// Calls of the AWS SDK over its real wire format: retries, timeouts, connections, and what no error
// may quote. Step Functions stands for all services.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { SendTaskHeartbeatCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCalls, failureOf } from '../../../../shared/adapters/aws/calls.ts';
import { type AwsAccess, clientConfig } from '../../../../shared/adapters/aws/client-config.ts';
import { problem } from '../../../../shared/api/problem.ts';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import { minutes, seconds } from '../../../../shared/core/base/time.ts';
import { type Answer, accessTo, ok, startAwsWire } from '../aws-wire.ts';

// The SDK waits between two tries for a random part of a maximum: here for none of it.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0));
afterEach(() => void vi.restoreAllMocks());

const refusal = (name: string, status = 400): Answer => ({
  status,
  body: { __type: name, message: `because of ${name}` },
});

/** Sends calls one after the other; `secret` is their token. */
function caller(access: AwsAccess, timeout = seconds(5)) {
  const client = new SFNClient(clientConfig(access, timeout));
  const calls = createCalls(client);
  const command = () => new SendTaskHeartbeatCommand({ taskToken: 'a-task-token' });
  return () => calls(() => client.send(command()), 'a-task-token');
}

/** One call against these responses: its outcome, and the number of requests. */
async function calling(...answers: readonly Answer[]) {
  await using wire = await startAwsWire(...answers);
  const outcome = await caller(accessTo(wire.endpoint))();
  return { outcome, sent: wire.calls.length };
}

describe('a transient error', () => {
  it.each<[string, Answer]>([
    ['a server error', refusal('InternalServerError', 500)],
    ['a gateway without a server', { status: 502, body: '<html>bad gateway</html>' }],
    ['too many requests', { status: 429, body: '' }],
    ['throttling', refusal('ThrottlingException')],
    ['a slow request', refusal('RequestTimeout')],
    ['a closed connection', 'hang up'],
    ['a reply that is cut off', 'tear'],
  ])('is retried: %s', async (_, answer) => {
    const { outcome, sent } = await calling(answer, ok());
    expect(outcome).toMatchObject({ kind: 'reply' });
    expect(sent).toBe(2);
  });

  it('is retried until the maximum number of attempts', async () => {
    const { outcome, sent } = await calling(refusal('InternalServerError', 500));
    expect(outcome).toMatchObject({ kind: 'trouble', name: 'InternalServerError', status: 500 });
    expect(sent).toBe(policy.aws.maxAttempts);
  });
});

describe('a permanent error', () => {
  it.each(['ValidationException', 'AccessDeniedException', 'ExpiredTokenException'])(
    'is not retried: %s',
    async (name) => {
      const { outcome, sent } = await calling(refusal(name));
      expect(outcome).toMatchObject({ name, message: `because of ${name}`, status: 400 });
      expect(sent).toBe(1);
    },
  );
});

describe('a failure', () => {
  const troubleNamed = (name: string) =>
    ({ kind: 'trouble', name, message: 'x', status: 400 }) as const;

  it.each([
    'AccessDenied',
    'AccessDeniedException',
    'InvalidClientTokenId',
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    'UnrecognizedClientException',
  ])('is AccessDenied and not retryable when AWS refuses the caller: %s', (name) => {
    const failure = failureOf(troubleNamed(name), 'StoreDown', 'DynamoDB');
    expect(failure).toMatchObject({ name: 'AccessDenied', message: `DynamoDB: ${name}: x` });
    expect(JSON.parse(problem(failure, 'request-1').body)).toMatchObject({ retryable: false });
  });

  it.each(['ThrottlingException', 'ExpiredTokenException', 'ECONNREFUSED', 'ValidationException'])(
    'has the name of the adapter otherwise: %s',
    (name) => {
      expect(failureOf(troubleNamed(name), 'StoreDown', 'S3').name).toBe('StoreDown');
      expect(failureOf(troubleNamed(name), 'ProviderDown', 'S3').name).toBe('ProviderDown');
    },
  );
});

describe('an endpoint that does not respond', () => {
  it('is a refused connection after all tries', async () => {
    const gone = await startAwsWire();
    await gone[Symbol.asyncDispose]();
    const outcome = await caller(accessTo(gone.endpoint))();
    expect(outcome).toMatchObject({ kind: 'trouble', name: 'ECONNREFUSED', status: null });
  });

  it.each<[string, Answer]>([
    ['sends a response', 'never'],
    ['ends its response', 'stall'],
  ])('times out when it never %s, and its connections are closed', async (_, answer) => {
    await using wire = await startAwsWire(answer);
    const outcome = await caller(accessTo(wire.endpoint), seconds(0.05))();
    expect(outcome).toMatchObject({ kind: 'trouble', name: 'TimeoutError' });
    expect(wire.calls).toHaveLength(policy.aws.maxAttempts);
    await expect.poll(wire.openConnections).toBe(0);
  });

  it('times out when it accepts the connection without TLS', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = Object(server.address());
    const outcome = await caller(accessTo(`https://127.0.0.1:${port}`), seconds(0.05))();
    for (const socket of sockets) socket.destroy();
    server.close();
    expect(outcome).toMatchObject({ name: 'TimeoutError', status: null });
    expect(sockets.size).toBe(policy.aws.maxAttempts);
  });
});

describe('connections', () => {
  it('are kept for the next call', async () => {
    await using wire = await startAwsWire(ok());
    const call = caller(accessTo(wire.endpoint));
    for (let nth = 1; nth <= 3; nth += 1) await call();
    expect(wire.calls).toHaveLength(3);
    expect(wire.connections()).toBe(1);
  });

  it('are at most the maximum, for any number of concurrent calls', async () => {
    await using wire = await startAwsWire(ok());
    const call = caller(accessTo(wire.endpoint));
    const outcomes = await Promise.all(Array.from({ length: 200 }, call));
    expect(outcomes.filter(({ kind }) => kind === 'reply')).toHaveLength(200);
    expect(wire.connections()).toBe(policy.aws.maxSockets);
  });

  it('are free before a call starts, so that no timeout includes the wait', async () => {
    const calls = createCalls(new SFNClient(clientConfig(accessTo('http://127.0.0.1:9'))));
    const { maxSockets } = policy.aws;
    const started: (() => void)[] = [];
    const begin = () => calls(() => new Promise<void>((end) => void started.push(end)));
    const outcomes = Array.from({ length: maxSockets + 2 }, begin);
    expect(started).toHaveLength(maxSockets);
    started[0]?.();
    await outcomes[0];
    expect(started).toHaveLength(maxSockets + 1);
    started[1]?.();
    await outcomes[1];
    for (const end of started) end();
    expect(await Promise.all(outcomes)).toHaveLength(maxSockets + 2);
  });
});

describe('a clock that differs from that of AWS', () => {
  it('is corrected by the date of the refusal', async () => {
    const date = new Date(Date.now() + minutes(61)).toUTCString();
    const body = { __type: 'InvalidSignatureException', message: 'Signature not yet current' };
    await using wire = await startAwsWire({ status: 403, headers: { date }, body }, ok());
    const call = caller(accessTo(wire.endpoint));
    expect(await call()).toMatchObject({ kind: 'reply' });
    const [wrong, right] = wire.calls.map(({ headers }) => String(headers['x-amz-date']));
    expect(wire.calls).toHaveLength(2);
    expect(right?.slice(0, 11)).not.toBe(wrong?.slice(0, 11));
  });
});

describe('an error', () => {
  const keys = { accessKeyId: 'AKIDTEST', secretAccessKey: 'the-key', sessionToken: 'the-token' };

  it('has no key, token or signed request, also when AWS quotes them', async () => {
    const message = 'no: the-token, the-key, a-task-token\nThe Canonical String was the-token';
    const answer = { status: 400, body: { __type: 'the-token', message } };
    await using wire = await startAwsWire(answer);
    const outcome = await caller({ ...accessTo(wire.endpoint), credentials: keys })();
    const shown = { name: '***', message: 'no: ***, ***, ***', status: 400 };
    expect(outcome).toEqual({ kind: 'trouble', ...shown });
  });

  it('quotes nothing of AWS when the credentials are not available', async () => {
    const error = Object.assign(new Error('no: the-key'), { $metadata: { httpStatusCode: 403 } });
    const credentials = () => Promise.reject(new Error('expired'));
    const outcome = await createCalls({ config: { credentials } })(() => Promise.reject(error));
    expect(outcome).toEqual({
      kind: 'trouble',
      name: 'UnknownError',
      message: 'not shown',
      status: 403,
    });
  });
});
