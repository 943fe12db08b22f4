// One HTTP exchange with AWS: a request and its whole reply, bounded in time and size, over
// connections that are kept for the next. It never throws and never repeats anything.

import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as requestByTls } from 'node:https';
import type { DurationMs } from '../../core/base/time.ts';

export type Limits = {
  /** Until a connection stands, TLS included. */
  readonly connect: DurationMs;
  /** For the whole exchange, connecting and the reply's body included. */
  readonly exchange: DurationMs;
};

export type Sending = {
  readonly method: string;
  readonly url: URL;
  /** All of them, the host's included. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
};

/** `no-reply` says nothing about the effect. */
export type Exchanged =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
    }
  | { readonly kind: 'no-reply'; readonly name: string; readonly message: string };

export type Exchange = (sending: Sending) => Promise<Exchanged>;

/** BatchGetItem returns 16 MB of items at most (AWS, November 2026); JSON escapes make it more. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** As the SDK has it. A kept connection is closed by AWS when idle; Node then forgets it. */
const KEPT = { keepAlive: true, maxSockets: 50 };

/**
 * How to send by `protocol`. Importing `node:http` would load all of fetch, 20 ms of a cold start
 * (Node 24.21), for what only endpoints without TLS need: engines on the same machine.
 */
function transportOf(protocol: string) {
  if (protocol === 'https:') return { request: requestByTls, agent: new Agent(KEPT) };
  const plain = process.getBuiltinModule('node:http');
  return { request: plain.request, agent: new plain.Agent(KEPT) };
}

const timeoutError = (message: string): Error =>
  Object.assign(new Error(message), { code: 'TimeoutError' });

/** The body; null when it is longer than any honest reply. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function noReply(error: unknown, late: AbortSignal): Exchanged {
  if (late.aborted) {
    return { kind: 'no-reply', name: 'TimeoutError', message: 'no answer in time' };
  }
  const { message, code } = Object(error);
  return { kind: 'no-reply', name: String(code ?? 'ConnectionError'), message: String(message) };
}

/** Exchanges with one endpoint, by its protocol. */
export function createExchange(protocol: string, limits: Limits): Exchange {
  const { request, agent } = transportOf(protocol);
  const connected = protocol === 'https:' ? 'secureConnect' : 'connect';
  return async ({ method, url, headers, body }) => {
    const late = AbortSignal.timeout(limits.exchange);
    try {
      const outgoing = request(url, { method, headers, agent, signal: late });
      // Once there is a reply, reading it tells of everything that goes wrong.
      outgoing.on('error', () => undefined);
      outgoing.once('socket', (socket) => {
        if (!socket.connecting) return;
        const lateToConnect = AbortSignal.timeout(limits.connect);
        const giveUp = () => outgoing.destroy(timeoutError('no connection in time'));
        lateToConnect.addEventListener('abort', giveUp, { once: true });
        socket.once(connected, () => lateToConnect.removeEventListener('abort', giveUp));
      });
      outgoing.end(body);
      const [incoming]: [IncomingMessage] = (await once(outgoing, 'response')) as never;
      const read = await readBody(incoming);
      if (read === null) {
        return { kind: 'no-reply', name: 'ReplyTooLong', message: 'the reply is too long' };
      }
      const { statusCode: status = 0 } = incoming;
      return { kind: 'reply', status, headers: incoming.headers, body: read };
    } catch (error) {
      return noReply(error, late);
    }
  };
}
