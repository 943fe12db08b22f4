// The verifier against a third-party signer: the signatures it accepts, and every kind of invalid
// signature.

import { describe, expect, it } from 'vitest';
import { createVerifier, type WireRequest } from '../../../local/aws/sigv4.ts';
import { signed, type ToSign } from '../../support/signing.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const LASTING = { accessKeyId: 'AKIALASTING', secretAccessKey: 'a-secret-that-stays' };
const TEMPORARY = {
  accessKeyId: 'ASIATEMPORARY',
  secretAccessKey: 'a-secret-that-passes',
  sessionToken: 'a/token+with=signs',
};
const ARN = 'arn:aws:iam::000000000000:user/you';
const KEYS = new Map(
  [LASTING, TEMPORARY].map((key) => [
    key.accessKeyId,
    { sessionToken: null, ...key, userArn: ARN },
  ]),
);
const verify = createVerifier({
  region: 'us-east-1',
  service: 'execute-api',
  keyNamed: (id) => KEYS.get(id),
  now: () => NOW,
});

const GET: ToSign = {
  url: 'http://127.0.0.1:8787/v1/offers?limit=3&gpuName=RTX%204090&country=%C3%A9!%2A',
  keys: LASTING,
  date: new Date(NOW),
};
const POST: ToSign = {
  ...GET,
  method: 'POST',
  url: 'http://127.0.0.1:8787/v1/leases',
  headers: { 'content-type': 'application/json', 'idempotency-key': 'key-1' },
  body: '{"hours":1}',
};

type Changes = { readonly headers?: Record<string, string | null>; readonly body?: string } & {
  readonly url?: (url: string) => string;
  readonly method?: string;
};

/** A signed request with changes made after signing. */
async function wire(request: ToSign, changes: Changes = {}): Promise<WireRequest> {
  const { method, url, headers, body = '' } = await signed(request);
  const changed = Object.entries({ ...headers, ...changes.headers });
  const kept = changed.flatMap(([name, value]) =>
    value === null ? [] : [[name.toLowerCase(), [value]] as const],
  );
  const [path = '', query = ''] = (changes.url?.(url) ?? url)
    .replace('http://127.0.0.1:8787', '')
    .split('?');
  const headersSent = new Map(kept);
  const bytes = Buffer.from(changes.body ?? body);
  return { method: changes.method ?? method, path, query, headers: headersSent, body: bytes };
}

const refused = (reason: RegExp) => ({ kind: 'refused', reason: expect.stringMatching(reason) });
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('a signature is accepted', () => {
  it.each<[string, ToSign]>([
    ['in headers', GET],
    ['in headers, with a body', POST],
    ['of temporary credentials', { ...POST, keys: TEMPORARY }],
    ['in the query', { ...GET, expiresIn: 60 }],
    ['in the query, of temporary credentials', { ...GET, keys: TEMPORARY, expiresIn: 604_800 }],
    ['over a path that needs encoding', { ...GET, url: `${POST.url}/a%20b,%2B'(c)*` }],
    ['by a clock 5 minutes slow', { ...GET, date: new Date(NOW - 5 * MINUTE) }],
    ['by a clock 5 minutes fast', { ...GET, date: new Date(NOW + 5 * MINUTE) }],
    ['in the query until it expires', { ...GET, expiresIn: 60, date: new Date(NOW - 60 * SECOND) }],
    ['with padded header values', { ...GET, headers: { 'x-note': '  two   words ' } }],
  ])('%s', async (_, request) => {
    expect(verify(await wire(request))).toEqual({ kind: 'signed', userArn: ARN });
  });

  it('for any order of the query', async () => {
    const reversed = (url: string) =>
      url.replace(/\?(.*)$/, (_all, query: string) => `?${query.split('&').reverse().join('&')}`);
    expect(verify(await wire(GET, { url: reversed }))).toMatchObject({ kind: 'signed' });
  });

  it('with a space sent as a plus', async () => {
    const plus = (url: string) => url.replace('%20', '+');
    expect(verify(await wire(GET, { url: plus }))).toMatchObject({ kind: 'signed' });
  });
});

describe('a request is refused', () => {
  it.each<[string, ToSign, RegExp]>([
    [
      'an unknown key',
      { ...GET, keys: { ...LASTING, accessKeyId: 'AKIASTRANGER' } },
      /does not exist/,
    ],
    ['another secret', { ...GET, keys: { ...LASTING, secretAccessKey: 'x' } }, /not match/],
    ['another region', { ...GET, region: 'eu-west-1' }, /scope/],
    ['another service', { ...GET, service: 's3' }, /scope/],
    ['no token', { ...GET, keys: { ...TEMPORARY, sessionToken: '' } }, /token/],
    ['another token', { ...GET, keys: { ...TEMPORARY, sessionToken: 'b' } }, /token/],
    ['a token with a long-term key', { ...GET, keys: { ...LASTING, sessionToken: 'b' } }, /token/],
    ['a slow clock', { ...GET, date: new Date(NOW - 5 * MINUTE - SECOND) }, /expired/],
    ['a fast clock', { ...GET, date: new Date(NOW + 5 * MINUTE + SECOND) }, /future/],
    ['an expired URL', { ...GET, expiresIn: 60, date: new Date(NOW - 61 * SECOND) }, /expired/],
    ['a URL from tomorrow', { ...GET, expiresIn: 60, date: new Date(NOW + 6 * MINUTE) }, /future/],
  ])('for %s', async (_, request, reason) => {
    expect(verify(await wire(request))).toEqual(refused(reason));
  });

  it.each<[string, ToSign, Changes]>([
    ['body', POST, { body: '{"hours":2}' }],
    ['method', POST, { method: 'PUT' }],
    ['path', GET, { url: (url) => url.replace('/offers', '/leases') }],
    ['query', GET, { url: (url) => url.replace('limit=3', 'limit=4') }],
    ['query by one parameter more', GET, { url: (url) => `${url}&limit=4` }],
    ['presigned query', { ...GET, expiresIn: 60 }, { url: (url) => url.replace('=60', '=61') }],
    ['presigned body', { ...GET, expiresIn: 60 }, { body: 'x' }],
    ['signed header', POST, { headers: { 'idempotency-key': 'key-2' } }],
    ['host', GET, { headers: { host: '127.0.0.1:9999' } }],
    ['date', GET, { headers: { 'x-amz-date': '20261121T120001Z' } }],
  ])('with its %s changed after signing', async (_, request, changes) => {
    const reason = /does not match|not the hash/;
    expect(verify(await wire(request, changes))).toEqual(refused(reason));
  });

  it('without a signature', async () => {
    expect(verify(await wire(GET, { headers: { authorization: null } }))).toEqual(
      refused(/not signed/),
    );
  });

  it('with a signature in headers and query', async () => {
    const url = (plain: string) => `${plain}&X-Amz-Signature=${'0'.repeat(64)}`;
    expect(verify(await wire(GET, { url }))).toEqual(refused(/twice/));
  });

  const CREDENTIAL = 'Credential=AKIALASTING/20261121/us-east-1/execute-api/aws4_request';
  it.each([
    'Bearer token',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=y',
    `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=host, Signature=${'g'.repeat(64)}`,
    `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=, Signature=${'0'.repeat(64)}`,
  ])('with the authorization %s', async (authorization) => {
    expect(verify(await wire(GET, { headers: { authorization } }))).toEqual(refused(/malformed/));
  });

  it('when the host is not signed', async () => {
    const { headers } = await signed(GET);
    const authorization = (headers['authorization'] ?? '').replace('=host;', '=');
    expect(verify(await wire(GET, { headers: { authorization } }))).toEqual(refused(/host/));
  });

  it('when an x-amz header is not signed', async () => {
    const headers = { 'x-amz-security-note': 'slipped in' };
    expect(verify(await wire(GET, { headers }))).toEqual(refused(/x-amz-security-note/));
  });

  it("when the credential's date is not the request's", async () => {
    const headers = { 'x-amz-date': '20261120T120000Z' };
    expect(verify(await wire(GET, { headers }))).toEqual(refused(/date in the credential/));
  });

  it('when the payload is declared unsigned', async () => {
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const request = { ...POST, headers: { ...POST.headers, ...headers } };
    expect(verify(await wire(request))).toEqual(refused(/hash/));
  });

  it.each(['0', '604801', '1e3', ''])('when its URL expires after "%s" s', async (expires) => {
    const url = (plain: string) => plain.replace('X-Amz-Expires=60', `X-Amz-Expires=${expires}`);
    expect(verify(await wire({ ...GET, expiresIn: 60 }, { url }))).toEqual(refused(/malformed/));
  });

  it('when the authorization header is repeated', async () => {
    const request = await wire(GET);
    const authorization = request.headers.get('authorization') ?? [];
    const headers = new Map(request.headers).set('authorization', [
      ...authorization,
      ...authorization,
    ]);
    expect(verify({ ...request, headers })).toEqual(refused(/malformed/));
  });
});
