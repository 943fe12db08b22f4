// Looks whether an SSH server answers on a rented instance: reads its banner and hangs up. It sends
// nothing, never throws, and never leaves a socket open.

import { connect } from 'node:net';
import { policy } from '../core/base/policy/policy.ts';
import type { DurationMs } from '../core/base/time.ts';
import type { Probe } from '../ports/probe.ts';

/** A server may send other lines first (RFC 4253, 4.2); what talks longer is no SSH server. */
const LOOK_AT_BYTES = 255;
const BANNER = /^SSH-/m;

/** Resolves when the socket is closed: by us, by the host, by an error or by the timeout. */
function readBanner(host: string, port: number, timeout: DurationMs): Promise<boolean> {
  return new Promise((resolve) => {
    let heard = '';
    // The signal bounds all of it, name lookup included; an idle timeout would let a host drip.
    const socket = connect({ host, port, signal: AbortSignal.timeout(timeout) });
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      heard = (heard + chunk).slice(0, LOOK_AT_BYTES);
      if (BANNER.test(heard) || heard.length === LOOK_AT_BYTES) socket.destroy();
    });
    // Every trouble means the same; `close` follows and answers.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(BANNER.test(heard)));
  });
}

/** A probe over TCP. `timeout` bounds one look from start to end. */
export function createSshProbe(options: { readonly timeout?: DurationMs } = {}): Probe {
  const timeout = options.timeout ?? policy.ready.probeTimeout;
  return {
    async sshBanner(host, port) {
      try {
        return (await readBanner(host, port, timeout)) ? 'ready' : 'not-yet';
      } catch {
        // `connect` throws at once for a port that is no port.
        return 'not-yet';
      }
    },
  };
}
