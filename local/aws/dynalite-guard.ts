// Stands between dynalite's server and its callers. Dynalite 4.0.0 throws into its process when a
// caller drops a request half-way or sends `null` (seen November 2026); that process runs leases.
// So it is only ever handed whole requests, apart from their connections, and what it throws at
// once becomes a reply. It must never hand over a request once the database is to close.

import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';

type Whole = {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

type Reply = {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string | number>;
  readonly body: string;
};

type Handle = (request: EventEmitter, response: object) => void;

/** Plays a whole request to dynalite, which listens for `data` and `end`. */
function ask(handle: Handle, { body, ...request }: Whole): Promise<Reply> {
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

/** Dynalite's own word for a request it can't make sense of. */
const NONSENSE: Reply = {
  status: 400,
  headers: new Map([['content-type', 'application/x-amz-json-1.0']]),
  body: '{"__type":"com.amazon.coral.service#SerializationException"}',
};

async function reply(response: ServerResponse, asked: Promise<Reply>): Promise<void> {
  const { status, headers, body } = await asked.catch(() => NONSENSE);
  response.writeHead(status, Object.fromEntries(headers)).end(body);
  await finished(response);
}

/**
 * Replaces the server's request handler by a guarded one. The returned function refuses requests
 * from then on and waits until those under way are answered: after it, the database may be closed.
 */
export function guard(server: Server): () => Promise<void> {
  const [dynalite] = server.listeners('request');
  const handle: Handle = (request, response) => dynalite?.call(server, request, response);
  server.removeAllListeners('request');
  const underWay = new Set<Promise<void>>();
  let open = true;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url, headers } = request;
    const body = await text(request);
    if (!open) throw new Error('the database is closing');
    const answered = reply(response, ask(handle, { method, url, headers, body }));
    underWay.add(answered);
    await answered.finally(() => underWay.delete(answered));
  };

  server.on('request', (request, response) => {
    // A caller that is gone, or that came too late: nobody is left to be told.
    serve(request, response).catch(() => response.destroy());
  });
  return async () => {
    open = false;
    await Promise.allSettled(underWay);
  };
}
