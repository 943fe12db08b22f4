// A real HTTP server on a loopback port that sends scripted responses and records the requests. It
// replaces a provider for responses that the simulator can't be made to send.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { HttpOptions } from '../../../../shared/adapters/providers/http.ts';
import type { CallClass } from '../../../../shared/core/instance/card.ts';
import type { CallResult } from '../../../../shared/core/instance/gate.ts';
import type { Pass } from '../../../../shared/ports/passes.ts';

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
};

/** `hang up` destroys the socket; text is sent unchanged, anything else as JSON. */
export type Answer =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  | 'hang up'
  | 'never';

export type Loopback = {
  /** For the client alone, and for the adapter of a provider with a single key. */
  readonly options: HttpOptions & {
    readonly keys: { readonly apiKey: string };
    /** The classes of the passes taken, and the results reported to them. */
    readonly taken: CallClass[];
    readonly results: CallResult[];
  };
  readonly asked: Asked[];
};

async function readBody(request: IncomingMessage): Promise<unknown> {
  const text = Buffer.concat(await request.toArray()).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

function reply(response: ServerResponse, answer: Answer): void {
  if (answer === 'never') return;
  if (answer === 'hang up') {
    response.socket?.destroy();
    return;
  }
  const { status, body = '', headers = {} } = answer;
  response.writeHead(status, headers);
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A port on which no server listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** Serves until the test ends. Passes are free at once. */
export async function serve(answer: (asked: Asked, nth: number) => Answer): Promise<Loopback> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://loopback');
    const { method = '', headers } = request;
    const call = { method, path: url.pathname, query: url.searchParams, headers };
    const known = { ...call, body: await readBody(request) };
    asked.push(known);
    reply(response, answer(known, asked.length));
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const taken: CallClass[] = [];
  const results: CallResult[] = [];
  const takePass = async (callClass: CallClass): Promise<Pass> => {
    taken.push(callClass);
    return { note: async (result) => void results.push(result) };
  };
  const apiKey = 'key-of-the-test';
  const baseUrl = `http://127.0.0.1:${port}`;
  return { options: { baseUrl, apiKey, keys: { apiKey }, takePass, taken, results }, asked };
}

/** Sends these answers in turn, and repeats the last one. */
export function serveInTurn(...answers: readonly Answer[]): Promise<Loopback> {
  return serve((_asked, nth) => answers[nth - 1] ?? answers.at(-1) ?? { status: 500 });
}
