// A guard between dynalite's server and its callers. Dynalite 4.0.0 throws an uncaught exception
// when a caller aborts a request or sends `null` (November 2026), and the process runs leases. The
// guard passes only complete requests to dynalite, without their sockets, and turns an exception
// into a reply. It must pass no request to dynalite once the database is closing.

import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';

export type CompleteRequest = {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type Reply = {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string | number>;
  readonly body: string;
};

type Handle = (request: EventEmitter, response: object) => void;

/** Passes a complete request to dynalite, which listens for `data` and `end`. */
function callDynalite(handle: Handle, { body, ...request }: CompleteRequest): Promise<Reply> {
  return new Promise((resolve) => {
    const headers = new Map<string, string | number>();
    const response = {
      statusCode: 200,
      setHeader: (name: string, value: string | number) => headers.set(name, value),
      end: (reply = '') => resolve({ status: response.statusCode, headers, body: reply }),
    };
    const events = Object.assign(new EventEmitter(), request);
    handle(events, response);
    if (body !== '') events.emit('data', Buffer.from(body));
    events.emit('end');
  });
}

/** DynamoDB's reply to a request that it can't parse. */
const UNPARSABLE: Reply = {
  status: 400,
  headers: new Map([['content-type', 'application/x-amz-json-1.0']]),
  body: '{"__type":"com.amazon.coral.service#SerializationException"}',
};

async function send(response: ServerResponse, reply: Promise<Reply>): Promise<void> {
  const { status, headers, body } = await reply.catch(() => UNPARSABLE);
  response.writeHead(status, Object.fromEntries(headers)).end(body);
  await finished(response);
}

/** Answers a request in place of dynalite; undefined leaves the request to dynalite. */
export type Divert = (request: CompleteRequest) => Promise<Reply> | undefined;

export type Guard = {
  /** Refuses new requests and waits for those in progress; after it, the database may be closed. */
  settle(): Promise<void>;
  /** Calls `divert` first for each request from now on. */
  divert(divert: Divert): void;
};

export const NO_DIVERSION: Divert = () => undefined;

/** Replaces the server's request handler by a guarded one. */
export function guard(server: Server): Guard {
  const [dynalite] = server.listeners('request');
  const handle: Handle = (request, response) => dynalite?.call(server, request, response);
  server.removeAllListeners('request');
  const inProgress = new Set<Promise<void>>();
  let open = true;
  let divert = NO_DIVERSION;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url, headers } = request;
    const body = await text(request);
    if (!open) throw new Error('the database is closing');
    const complete = { method, url, headers, body };
    const sent = send(response, divert(complete) ?? callDynalite(handle, complete));
    inProgress.add(sent);
    await sent.finally(() => inProgress.delete(sent));
  };

  server.on('request', (request, response) => {
    // The caller aborted its request, or the database is closing: there is no one to reply to.
    serve(request, response).catch(() => response.destroy());
  });
  return {
    async settle() {
      open = false;
      await Promise.allSettled(inProgress);
    },
    divert(instead) {
      divert = instead;
    },
  };
}
