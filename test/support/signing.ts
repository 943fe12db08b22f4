// Signs requests with @smithy/signature-v4, which shares no code with the verifier, so that tests
// compare two implementations of the algorithm.

import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

export type Keys = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

export type ToSign = {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly keys: Keys;
  /** Real time by default. */
  readonly date?: Date;
  readonly region?: string;
  readonly service?: string;
  /** In seconds; the signature is in the query then. */
  readonly expiresIn?: number;
};

/** A signed request, ready for `fetch`. */
export async function signed(request: ToSign) {
  const { method = 'GET', headers = {}, body, keys, date = new Date(), expiresIn } = request;
  const url = new URL(request.url);
  const { region = 'us-east-1', service = 'execute-api' } = request;
  const signer = new SignatureV4({ credentials: keys, region, service, sha256: Sha256 });
  const plain = {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { ...headers, host: url.host },
    ...(body !== undefined && { body }),
  };
  const options = { signingDate: date };
  const done =
    expiresIn === undefined
      ? await signer.sign(plain, options)
      : await signer.presign(plain, { ...options, expiresIn });
  const query = Object.entries(done.query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  const target = `${url.origin}${done.path}${query.length > 0 ? '?' : ''}${query.join('&')}`;
  return { method, url: target, headers: done.headers, body };
}

/** Signs and sends a request. */
export async function signedFetch(request: ToSign): Promise<Response> {
  const { url, method, headers, body } = await signed(request);
  return fetch(url, { method, headers, ...(body !== undefined && { body }) });
}
