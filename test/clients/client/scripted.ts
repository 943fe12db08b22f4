// An HTTP server on a loopback port that sends the responses of a script and checks the signature
// of each request, as the local front does. For responses that the real service can't be made to
// send.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { type Client, createClient } from '../../../clients/client/client.ts';
import type { Credentials } from '../../../clients/client/transport.ts';
import { matchRoute } from '../../../local/aws/gateway.ts';
import { createVerifier, type Verdict } from '../../../local/aws/sigv4.ts';
import type { RouteName } from '../../../shared/api/contract/contract.ts';

export const CREDENTIALS: Credentials = {
  accessKeyId: 'AKIATEST',
  secretAccessKey: 'secret-of-the-test',
  sessionToken: 'token/of+the=test',
};

export type Asked = {
  readonly route: RouteName | null;
  readonly url: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  readonly verdict: Verdict;
};

/** Sends text unchanged, anything else as JSON; `hang up` destroys the socket. */
export type Answer =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: unknown;
    }
  | 'hang up'
  | 'never';
export type Script = (asked: Asked, nth: number) => Answer;

const verify = createVerifier({
  region: 'eu-central-1',
  service: 'execute-api',
  now: Date.now,
  keyNamed: (id) =>
    id === CREDENTIALS.accessKeyId
      ? {
          secretAccessKey: CREDENTIALS.secretAccessKey,
          sessionToken: CREDENTIALS.sessionToken ?? null,
          userArn: 'arn:aws:iam::000000000000:user/you',
        }
      : undefined,
});

async function read(request: IncomingMessage): Promise<Asked> {
  const body = Buffer.concat(await request.toArray());
  const { method = '', url = '', headers } = request;
  const { pathname, search, searchParams } = new URL(url, 'http://loopback');
  const values = Object.entries(request.headersDistinct).map(([name, each]) => [name, each ?? []]);
  const verdict = verify({
    method,
    path: pathname,
    query: search.slice(1),
    headers: new Map(values as [string, string[]][]),
    body,
  });
  const match = matchRoute(method, pathname);
  return {
    route: match.kind === 'found' ? match.route : null,
    url,
    query: Object.fromEntries(searchParams),
    headers,
    body: body.length === 0 ? null : JSON.parse(body.toString('utf8')),
    verdict,
  };
}

function reply(response: ServerResponse, answer: Answer): void {
  if (answer === 'never') return;
  if (answer === 'hang up') {
    response.socket?.destroy();
    return;
  }
  const { status = 200, body, headers } = answer;
  response.writeHead(status, { 'apigw-requestid': 'request-1', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export type Scripted = {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** The pauses of the client in milliseconds; they pass at once. */
  readonly pauses: readonly number[];
  readonly client: Client;
};

/** Serves until the test ends. The client's `random` returns 0.5. */
export async function serveScript(script: Script): Promise<Scripted> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const known = await read(request);
    asked.push(known);
    reply(response, script(known, asked.length));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const pauses: number[] = [];
  const client = createClient({
    endpoint: url,
    region: 'eu-central-1',
    credentials: async () => CREDENTIALS,
    random: () => 0.5,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      pauses.push(ms);
    },
  });
  return { url, asked, pauses, client };
}

/** Sends the answers in turn, and repeats the last one. */
export const inTurn =
  (...answers: readonly Answer[]): Script =>
  (_asked, nth) =>
    answers[nth - 1] ?? answers.at(-1) ?? 'hang up';

/** A problem document as the service writes it. */
export const problem = (status: number, name: string, more: object = {}): Answer => ({
  status,
  body: {
    type: `urn:gpu-shopper:problem:${name}`,
    title: 'A title',
    status,
    detail: `${name} happened`,
    requestId: 'request-1',
    retryable: false,
    ...more,
  },
});
