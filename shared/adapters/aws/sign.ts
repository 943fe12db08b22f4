// Signatures (SigV4) of requests to AWS, by the SDK's own signer and Node's own hashes. It looks at
// no clock and at no environment.

import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { EpochMs } from '../../core/base/time.ts';

export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials, such as those of a Lambda function. */
  readonly sessionToken?: string | undefined;
};

/** A request to be signed. Path and query are escaped already. */
export type Unsigned = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
};

export type Sign = (
  request: Unsigned,
  credentials: AwsCredentials,
  at: EpochMs,
) => Promise<Record<string, string>>;

const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

type Data = string | ArrayBuffer | ArrayBufferView;
const viewed = (data: Data): string | Uint8Array => {
  if (typeof data === 'string') return data;
  if (!ArrayBuffer.isView(data)) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};

/** A class because the signer calls `new`: its own hash in JavaScript takes 4 ms more to start. */
class NodeSha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: Data) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', viewed(secret));
  }
  update(data: Data): void {
    this.#hash.update(viewed(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

/** Signs requests to one service; resolves with all their headers. Keeps derived keys in memory. */
export function createSign(service: string, region: string): Sign {
  // S3 signs the path as it is sent; the others escape what is escaped once more.
  const uriEscapePath = service !== 's3';
  return async ({ method, url, headers, body }, credentials, at) => {
    const { sessionToken, ...keys } = credentials;
    const signer = new SignatureV4({
      service,
      region,
      credentials: { ...keys, ...(sessionToken !== undefined && { sessionToken }) },
      sha256: NodeSha256,
      uriEscapePath,
    });
    const hashed = { ...headers, host: url.host, 'x-amz-content-sha256': sha256(body) };
    const request = {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: hashed,
    };
    return (await signer.sign(request, { signingDate: new Date(at) })).headers;
  };
}
