// A loopback server in place of AWS: a test sees the bytes of each call of a real adapter, and
// chooses the bytes of each response.

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { AwsAccess } from '../../../shared/adapters/aws/client-config.ts';

/** A received call. `target` is set by services that name the operation in a header. */
type Call = {
  readonly method: string;
  readonly path: string;
  readonly target: string | undefined;
  readonly authorization: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** As it was sent. */
  readonly text: string;
  readonly body: unknown;
};

/**
 * `hang up` closes the connection before a response, `tear` within one; `never` and `stall` keep it
 * open instead.
 */
export type Answer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Text is sent unchanged, anything else as JSON. */
      readonly body: unknown;
    }
  | 'hang up'
  | 'tear'
  | 'never'
  | 'stall';

export const ok = (body: unknown = {}) => ({ status: 200, body });

/** Reaches the wire with keys of a test. */
export const accessTo = (endpoint: string) =>
  ({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'test-key' },
  }) satisfies AwsAccess;

function send(response: ServerResponse, answer: Answer): void {
  if (answer === 'never') return;
  if (answer === 'hang up') {
    response.socket?.destroy();
  } else if (answer === 'tear' || answer === 'stall') {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"half":', () => answer === 'tear' && response.socket?.destroy());
  } else {
    const { status, headers, body } = answer;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** Sends the answers in turn, and repeats the last one. */
export async function startAwsWire(...answers: readonly Answer[]) {
  const calls: Call[] = [];
  let connections = 0;
  let open = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    calls.push({
      method: request.method ?? '',
      path: request.url ?? '',
      target: request.headers['x-amz-target']?.toString(),
      authorization: request.headers.authorization,
      headers: request.headers,
      text: body,
      body: parsed(body),
    });
    send(response, answers[calls.length - 1] ?? answers.at(-1) ?? ok());
  });
  server.on('connection', (socket) => {
    connections += 1;
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const { port }: Pick<AddressInfo, 'port'> =
    address === null || typeof address === 'string' ? { port: 0 } : address;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    /** All connections, including closed ones. */
    connections: () => connections,
    openConnections: () => open,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
