// The HTTP server of a simulator: bounded bodies, and late or dropped replies. An aborted request
// must never stop the process; a bug of the simulator must, so that tests notice it.

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { toPythonJson } from './json.ts';
import { listenOnLoopback } from './loopback.ts';

export type Incoming = {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Null when it was longer than the limit. */
  readonly body: string | null;
};

/** A response: JSON, or plain text. */
export type Reply = { readonly status: number; readonly body: unknown } | TextReply;
type TextReply = {
  readonly status: number;
  readonly text: string;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A response, and whether it is late or dropped. */
export type Outcome = {
  readonly reply: Reply;
  readonly lateMs: number;
  readonly dropped: boolean;
};

export function immediate(reply: Reply): Outcome {
  return { reply, lateMs: 0, dropped: false };
}

const maxBodyBytes = 1_048_576;

export type Answer = (incoming: Incoming) => Promise<Outcome>;

/** A server on loopback; `listen(0)` picks a free port and returns the address. */
export function createWire(answer: Answer) {
  const server = createServer((request, response) => void serve(request, response));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const read = await readBody(request);
    if (!read.complete) return;
    const url = URL.parse(request.url ?? '', 'http://127.0.0.1');
    if (url === null) return send(response, { status: 400, text: '', type: 'text/plain' });
    const { method = '', headers } = request;
    const outcome = await answer({ method, url, headers, body: read.body });
    if (outcome.lateMs > 0) await pauseRealTime(outcome.lateMs);
    if (outcome.dropped) request.socket.destroy();
    else send(response, outcome.reply);
  }

  async function listen(port = 0): Promise<string> {
    return `http://127.0.0.1:${await listenOnLoopback(server, port)}`;
  }

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  return { listen, close };
}

type Read = { readonly complete: boolean; readonly body: string | null };

/** Bytes over the limit are read and dropped, so that the client receives the refusal. */
function readBody(request: IncomingMessage): Promise<Read> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBodyBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on('end', () => {
      const body = bytes <= maxBodyBytes ? Buffer.concat(chunks).toString() : null;
      resolve({ complete: true, body });
    });
    request.on('error', () => resolve({ complete: false, body: null }));
    request.on('close', () => resolve({ complete: false, body: null }));
  });
}

/** Real time, not simulated time: a late reply is there to test clients' socket timeouts. */
function pauseRealTime(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function send(response: ServerResponse, reply: Reply): void {
  if ('text' in reply) {
    response.writeHead(reply.status, { 'content-type': reply.type, ...reply.headers });
    response.end(reply.text);
    return;
  }
  response.writeHead(reply.status, { 'content-type': 'application/json' });
  response.end(toPythonJson(reply.body));
}
