// The probe against real sockets on loopback: servers that greet, are slow, send too much or
// disconnect.

import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSshProbe } from '../../../shared/adapters/ssh-probe.ts';
import { minutes, seconds } from '../../../shared/core/base/time.ts';

type Greeting = (socket: Socket) => unknown;

/**
 * A server that runs a handler for each connection; `closed` resolves when the caller disconnects.
 */
async function startServer(greet: Greeting) {
  const hungUp = Promise.withResolvers<void>();
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('close', () => hungUp.resolve());
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  return {
    port,
    closed: hungUp.promise,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * The result of the probe for a server, after the server has seen the probe disconnect. The default
 * timeout is longer than any test may take.
 */
async function look(greet: Greeting, timeout = minutes(10)) {
  await using server = await startServer(greet);
  const verdict = await createSshProbe({ timeout }).sshBanner('127.0.0.1', server.port);
  await server.closed;
  return verdict;
}

describe('a host is ready', () => {
  it('when it sends an SSH banner, after which the probe disconnects at once', async () => {
    expect(await look((socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'))).toBe('ready');
  });

  it('when its banner arrives in pieces', async () => {
    const pieces = async (socket: Socket) => {
      socket.setNoDelay(true);
      socket.write('SS');
      // Turns of the event loop, in which the probe reads.
      for (let turns = 0; turns < 20; turns += 1) await turn();
      socket.write('H-2.0-dropbear\r\n');
    };
    expect(await look(pieces)).toBe('ready');
  });

  it('when it sends other lines before, as RFC 4253 allows', async () => {
    const greet = (socket: Socket) => socket.write('Welcome to host 7\r\nSSH-2.0-x\r\n');
    expect(await look(greet)).toBe('ready');
  });

  it('when it disconnects right after its banner', async () => {
    expect(await look((socket) => socket.end('SSH-2.0-x\r\n'))).toBe('ready');
  });
});

describe('a host is not ready yet', () => {
  it.each([
    ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['mentions SSH within a line', 'this is not SSH-2.0\r\n'],
    ['sends its banner after 255 bytes', `${'x'.repeat(254)}\nSSH-2.0-x\r\n`],
    ['disconnects without data', ''],
  ])('when it %s', async (_name, words) => {
    expect(await look((socket) => socket.end(words))).toBe('not-yet');
  });

  it('when it sends data without end, of which the probe reads 255 bytes', async () => {
    expect(await look((socket) => socket.write('x'.repeat(100_000)))).toBe('not-yet');
  });

  it('when it resets the connection', async () => {
    expect(await look((socket) => socket.resetAndDestroy())).toBe('not-yet');
  });

  it('when it sends nothing until the timeout', async () => {
    expect(await look(() => undefined, seconds(0.05))).toBe('not-yet');
  });

  it('when it sends single bytes, since the timeout limits the whole check', async () => {
    const drip = (socket: Socket) => {
      const next = () => socket.write('.', () => setImmediate(next));
      socket.write('\n', next);
    };
    expect(await look(drip, seconds(0.05))).toBe('not-yet');
  });

  it('when no server listens', async () => {
    const server = await startServer(() => undefined);
    await server[Symbol.asyncDispose]();
    const probe = createSshProbe();
    expect(await probe.sshBanner('127.0.0.1', server.port)).toBe('not-yet');
  });

  it.each([-1, 65_536, 1.5, Number.NaN])('when its port is %f', async (port) => {
    expect(await createSshProbe().sshBanner('127.0.0.1', port)).toBe('not-yet');
  });
});
