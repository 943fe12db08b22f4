// The HTTP front of the local service: it reads complete requests, verifies signatures and calls
// handlers as API Gateway does. No request, also no aborted one, may stop the service, and no
// unsigned request under /v1 may be accepted.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ACCESS, type RouteName, routes } from '../../shared/api/contract/contract.ts';
import type { ProblemReply } from '../../shared/api/contract/replies/problem.ts';
import type { HttpReply } from '../../shared/api/http.ts';
import { problem } from '../../shared/api/problem.ts';
import type { Runtime } from '../../shared/app/runtime.ts';
import { Failure } from '../../shared/core/base/failure.ts';
import { eventOf, matchRoute, type RouteMatch } from './gateway.ts';
import type { Verifier, WireRequest } from './sigv4.ts';

export type FrontOptions = {
  readonly verify: Verifier;
  /** Calls the route's handler with an event of API Gateway. Rejects for a bug. */
  readonly answer: (route: RouteName, event: object) => Promise<HttpReply>;
  readonly log: Runtime['log'];
};

export type HttpFront = {
  /** Accepts no new request and waits for those in progress, 5 s at most. Safe to repeat. */
  close(): Promise<void>;
};

/** The handlers' own limit. */
const MAX_BODY_BYTES = 65_536;
/** From a request's first byte to its last, in real time. */
const MAX_REQUEST_MS = 30_000;
const MAX_CLOSE_MS = 5_000;

type Refusal = { readonly status: number; readonly name: string; readonly detail: string };

/** The front's own problem document, for a request that no handler receives. */
function refusal({ status, name, detail }: Refusal, requestId: string): HttpReply {
  const type = `urn:gpu-shopper:problem:${name}`;
  const title = 'The request could not be served';
  const document: ProblemReply = { type, title, status, detail, requestId, retryable: false };
  const headers = { 'content-type': 'application/problem+json' };
  return { statusCode: status, headers, body: JSON.stringify(document) };
}

/** The complete body; null when it is too large. Bytes above the limit are read and dropped. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : null;
}

/** Every value of each header: Node's `headers` drops repeated ones. */
function headersOf({ rawHeaders }: IncomingMessage): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    headers.set(name, [...(headers.get(name) ?? []), rawHeaders[index + 1] ?? '']);
  }
  return headers;
}

function wireRequest(request: IncomingMessage, body: Uint8Array): WireRequest {
  const { method = '', url = '' } = request;
  const [path = '', ...query] = url.split('?');
  return { method, path, query: query.join('?'), headers: headersOf(request), body };
}

/** By the route's access. An unknown path under /v1 also needs a signature. */
const needsSignature = (match: RouteMatch, path: string): boolean =>
  match.kind === 'found' ? ACCESS[routes[match.route].access] === 'iam' : /^\/v1(\/|$)/.test(path);

/** The caller's identity, where a signature is needed. Throws Forbidden for an invalid one. */
function identityOf(
  { verify }: FrontOptions,
  request: WireRequest,
  match: RouteMatch,
): { userArn?: string } {
  if (!needsSignature(match, request.path)) return {};
  const verdict = verify(request);
  if (verdict.kind === 'refused') throw new Failure('Forbidden', verdict.reason);
  return { userArn: verdict.userArn };
}

async function replyTo(
  options: FrontOptions,
  request: WireRequest,
  requestId: string,
): Promise<HttpReply> {
  const match = matchRoute(request.method, request.path);
  const identity = identityOf(options, request, match);
  switch (match.kind) {
    case 'unknown':
      throw new Failure('NotFound', 'this route does not exist');
    case 'wrong-method': {
      const allow = match.allowed.join(', ');
      const detail = `this route allows ${allow}`;
      const reply = refusal({ status: 405, name: 'MethodNotAllowed', detail }, requestId);
      return { ...reply, headers: { ...reply.headers, allow } };
    }
    case 'found': {
      const { route, params } = match;
      const { path, query, body } = request;
      const joined = [...request.headers].map(([name, values]) => [name, values.join(',')]);
      const headers = Object.fromEntries(joined);
      const routed = { route, params, path, query, headers, body, ...identity };
      return options.answer(route, eventOf(routed, requestId));
    }
  }
}

/** Replies to every request. A bug is logged, and its details stay out of the reply. */
async function safeReply(
  options: FrontOptions,
  request: WireRequest,
  requestId: string,
): Promise<HttpReply> {
  try {
    return await replyTo(options, request, requestId);
  } catch (error) {
    if (error instanceof Failure) return problem(error, requestId);
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    options.log({ kind: 'http', error: name, message, id: requestId });
    const detail = 'an internal error occurred; the log has the details under this request id';
    return refusal({ status: 500, name: 'Bug', detail }, requestId);
  }
}

/** Reads the complete request and returns its reply. Rejects when the caller aborts the request. */
async function readAndReply(
  options: FrontOptions,
  request: IncomingMessage,
  requestId: string,
): Promise<HttpReply> {
  const body = await bodyOf(request);
  if (body !== null) return safeReply(options, wireRequest(request, body), requestId);
  const detail = `body: must be at most ${MAX_BODY_BYTES} bytes`;
  return refusal({ status: 413, name: 'TooLarge', detail }, requestId);
}

/** Serves on a listening server. Call it in the same turn, so that no request is missed. */
export function serveHttp(server: Server, options: FrontOptions): HttpFront {
  let open = true;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = randomUUID();
    const { statusCode, headers, body } = await readAndReply(options, request, requestId);
    if (!open) response.shouldKeepAlive = false;
    const own = { 'content-length': Buffer.byteLength(body), 'apigw-requestid': requestId };
    response.writeHead(statusCode, { ...headers, ...own }).end(body);
  };
  server.requestTimeout = MAX_REQUEST_MS;
  server.headersTimeout = MAX_REQUEST_MS;
  server.on('request', (request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.destroy();
      // After an abort there is no caller to reply to, and nothing to log.
      if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) {
        options.log({ kind: 'http', error: 'Bug', message: String(error), id: undefined });
      }
    });
  });
  return {
    async close() {
      open = false;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const timeout = setTimeout(() => server.closeAllConnections(), MAX_CLOSE_MS);
      await closed;
      clearTimeout(timeout);
    },
  };
}
