// Signed calls over keep-alive connections. A request is signed once and sent many times within the
// signature's 5 minutes: the bench measures the service, not the signing.

import { Agent, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AccessKey } from '../local/aws/sigv4.ts';
import { REGION, SERVICE } from '../local/start.ts';
import { CALLERS } from './load.ts';

/** A request to sign, and the key of its caller. */
export type Unsigned = {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly key: AccessKey & { readonly accessKeyId: string };
};

export type Prepared = {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string>;
};

export type Reply = { readonly headers: Record<string, unknown>; readonly body: string };

/** Signs a request without a body. The result is valid for 5 minutes, any number of times. */
export async function signRequest({
  url,
  method,
  path,
  query = {},
  key,
}: Unsigned): Promise<Prepared> {
  const { accessKeyId, secretAccessKey } = key;
  const credentials = { accessKeyId, secretAccessKey };
  const signer = new SignatureV4({ service: SERVICE, region: REGION, credentials, sha256: Sha256 });
  const target = new URL(path, url);
  target.search = new URLSearchParams(query).toString();
  const { protocol, hostname, host } = target;
  const bare = { method, protocol, hostname, path, query, headers: { host } };
  const { headers } = await signer.sign(bare);
  return { url: target, method, headers };
}

/** Opens keep-alive connections. */
export function openCaller() {
  const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  /** Reads the whole reply; rejects unless it is a 200. */
  const call = ({ url, method, headers }: Prepared): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest(url, { method, headers, agent }, (incoming) => {
        const { statusCode, headers: replied } = incoming;
        text(incoming).then((body) => {
          if (statusCode === 200) resolve({ headers: replied, body });
          else reject(new Error(`${method} ${url.pathname} responds ${statusCode}: ${body}`));
        }, reject);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  return { call, close: () => agent.destroy() };
}
