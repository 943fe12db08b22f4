// A loopback server that answers as AWS does: the real SDK talks to it, so that a test sees the
// bytes of each call and decides the bytes of each answer.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A call as it came in. `target` is set by services that name the operation in a header. */
export type Call = {
  readonly method: string;
  readonly path: string;
  readonly target: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
};

export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
};

export const ok = (body: unknown = {}): Answer => ({ status: 200, body });

export const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Answers call after call from the list; when it is used up, the last one again. */
export async function startAwsWire(...answers: readonly Answer[]) {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    calls.push({
      method: request.method ?? '',
      path: request.url ?? '',
      target: request.headers['x-amz-target']?.toString(),
      authorization: request.headers.authorization,
      body: body === '' ? null : JSON.parse(body),
    });
    const answer = answers[calls.length - 1] ?? answers.at(-1) ?? ok();
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const { port }: Pick<AddressInfo, 'port'> =
    address === null || typeof address === 'string' ? { port: 0 } : address;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
