// Checks whether an SSH server listens on an instance: reads its banner and disconnects. It sends
// nothing, never throws, and never leaves a socket open.

import { connect } from 'node:net';
import { policy } from '../core/base/policy/policy.ts';
import type { DurationMs } from '../core/base/time.ts';
import type { Probe } from '../ports/probe.ts';

/** A server may send other lines first (RFC 4253, 4.2); one that sends more is no SSH server. */
const MAX_BYTES = 255;
const BANNER = /^SSH-/m;

/** Resolves when the socket is closed: by the probe, the host, an error or the timeout. */
function readBanner(host: string, port: number, timeout: DurationMs): Promise<boolean> {
  return new Promise((resolve) => {
    let received = '';
    // The signal limits everything, name lookup included; an idle timeout would not limit slow
    // bytes.
    const socket = connect({ host, port, signal: AbortSignal.timeout(timeout) });
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      received = (received + chunk).slice(0, MAX_BYTES);
      if (BANNER.test(received) || received.length === MAX_BYTES) socket.destroy();
    });
    // Every error has the same meaning; `close` follows and resolves.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(BANNER.test(received)));
  });
}

/** A probe over TCP. `timeout` limits one whole check. */
export function createSshProbe(options: { readonly timeout?: DurationMs } = {}): Probe {
  const timeout = options.timeout ?? policy.ready.probeTimeout;
  return {
    async sshBanner(host, port) {
      try {
        return (await readBanner(host, port, timeout)) ? 'ready' : 'not-yet';
      } catch {
        // `connect` throws for an invalid port.
        return 'not-yet';
      }
    },
  };
}
