// A proxy between the service and its market or its database, so that a test can act during a
// request: before it is forwarded, or after its effect and before the reply.

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Moment = {
  readonly method: string;
  readonly path: string;
  /** Empty without the header. */
  readonly authorization: string;
  readonly body: string;
  readonly when: 'before' | 'after';
};

export type Between = {
  /** Starts the proxy for the market; returns the proxy's address. */
  front(url: string): Promise<string>;
  close(): void;
};

/** The headers to forward: those of the request, not of the connection. */
function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) =>
    /^(?:authorization|content-type|x-amz-.*)$/.test(name),
  );
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
}

/** Cuts the connection, or replies without forwarding the request. */
type Act = 'break' | { readonly status: number; readonly body: object } | undefined;

/** Calls and awaits `act` before and after each request. */
export function marketBetween(act: (moment: Moment) => Promise<Act>): Between {
  let target = '';
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = 'GET', url: path = '/', headers } = request;
    const { authorization = '' } = headers;
    const received = { method, path, authorization, body: Buffer.concat(chunks).toString() };
    const instead = await act({ ...received, when: 'before' });
    if (typeof instead === 'object') {
      response.writeHead(instead.status, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify(instead.body));
    }
    const bodiless = method === 'GET' || method === 'DELETE';
    const reply = await fetch(`${target}${path}`, {
      method,
      headers: passedOn(headers),
      ...(!bodiless && { body: Buffer.concat(chunks) }),
    });
    const body = Buffer.from(await reply.arrayBuffer());
    if ((await act({ ...received, when: 'after' })) === 'break')
      return void request.socket.destroy();
    response.writeHead(reply.status, { 'content-type': reply.headers.get('content-type') ?? '' });
    response.end(body);
  });
  return {
    front: async (url) => {
      target = url;
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
