// Verifies AWS Signature Version 4 as API Gateway does before it calls a function: signed headers
// or a presigned URL, long-term or temporary credentials. It must never accept a request that it
// can't rebuild byte for byte. It uses real time: signers do not use the scaled clock.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request exactly as it arrived. */
export type WireRequest = {
  readonly method: string;
  /** Path and query as sent, still encoded; the query without its question mark. */
  readonly path: string;
  readonly query: string;
  /** Every value of each header, by its lower-case name. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Uint8Array;
};

/** The secret and the identity of an access key. Temporary credentials have a session token. */
export type AccessKey = {
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  readonly userArn: string;
};

export type Verdict =
  | { readonly kind: 'signed'; readonly userArn: string }
  | { readonly kind: 'refused'; readonly reason: string };

export type VerifierOptions = {
  readonly region: string;
  readonly service: string;
  readonly keyNamed: (accessKeyId: string) => AccessKey | undefined;
  /** Real time in epoch milliseconds. */
  readonly now: () => number;
};

export type Verifier = (request: WireRequest) => Verdict;

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** The largest accepted clock difference (AWS, 2026). */
const SKEW_MS = 5 * 60_000;
/** A presigned URL is valid for seven days at most (AWS, 2026). */
const MAX_EXPIRES = 604_800;

/** The signature and its parameters, as the request states them. */
type Claims = {
  readonly accessKeyId: string;
  readonly day: string;
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20261121T093000Z`. */
  readonly date: string;
  /** How long the signature is valid after its date. */
  readonly lifeMs: number;
  readonly token: string | null;
  readonly contentHash: string | null;
};

type Refusal = { readonly kind: 'refused'; readonly reason: string };
const refused = (reason: string): Refusal => ({ kind: 'refused', reason });

const sha256 = (data: Uint8Array | string): string =>
  createHash('sha256').update(data).digest('hex');
const hmac = (key: Uint8Array | string, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** Percent-encoding by RFC 3986, which encodes more characters than JavaScript's. */
const encode = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const isEqual = (a: string, b: string): boolean =>
  timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)));

/** The value of a header; null when the header is missing or repeated. */
function only(request: WireRequest, name: string): string | null {
  const [value, ...more] = request.headers.get(name) ?? [];
  return value === undefined || more.length > 0 ? null : value;
}

type Parts = {
  readonly credential: string | null;
  readonly signedHeaders: string | null;
  readonly signature: string | null;
  readonly date: string | null;
};

/** The claims that headers and query share; null when one is missing or malformed. */
function commonClaims({ credential, signedHeaders, signature, date }: Parts) {
  const named = /^([\w-]{8,128})\/((\d{8})\/[\w-]+\/[\w-]+\/aws4_request)$/.exec(credential ?? '');
  const [, accessKeyId, scope, day] = named ?? [];
  if (accessKeyId === undefined || scope === undefined || day === undefined) return null;
  if (signedHeaders === null || !/^[a-z0-9_-]+(;[a-z0-9_-]+)*$/.test(signedHeaders)) return null;
  if (signature === null || !/^[0-9a-f]{64}$/.test(signature)) return null;
  if (date === null || !/^\d{8}T\d{6}Z$/.test(date)) return null;
  return { accessKeyId, scope, day, signedHeaders: signedHeaders.split(';'), signature, date };
}

function headerClaims(request: WireRequest): Claims | null {
  const text = only(request, 'authorization') ?? '';
  if (!text.startsWith(`${ALGORITHM} `)) return null;
  const pairs = text.slice(ALGORITHM.length + 1).split(/,\s*/);
  const fields = new Map(pairs.map((pair) => [pair.split('=', 1)[0], pair.replace(/^\w+=/, '')]));
  const common = commonClaims({
    credential: fields.get('Credential') ?? null,
    signedHeaders: fields.get('SignedHeaders') ?? null,
    signature: fields.get('Signature') ?? null,
    date: only(request, 'x-amz-date'),
  });
  if (common === null) return null;
  return {
    ...common,
    lifeMs: SKEW_MS,
    token: only(request, 'x-amz-security-token'),
    contentHash: only(request, 'x-amz-content-sha256'),
  };
}

function queryClaims(request: WireRequest, query: URLSearchParams): Claims | null {
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) return null;
  const common = commonClaims({
    credential: query.get('X-Amz-Credential'),
    signedHeaders: query.get('X-Amz-SignedHeaders'),
    signature: query.get('X-Amz-Signature'),
    date: query.get('X-Amz-Date'),
  });
  const expires = /^[1-9]\d{0,5}$/.exec(query.get('X-Amz-Expires') ?? '')?.[0];
  if (common === null || expires === undefined || Number(expires) > MAX_EXPIRES) return null;
  return {
    ...common,
    lifeMs: Number(expires) * 1_000,
    token: query.get('X-Amz-Security-Token'),
    contentHash: query.get('X-Amz-Content-Sha256') ?? only(request, 'x-amz-content-sha256'),
  };
}

const instantOf = (date: string): number =>
  Date.parse(date.replace(/^(.{4})(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));

/** Why the claims are invalid, or null. Called before a signature is computed. */
function faultOf(request: WireRequest, claims: Claims, now: number): string | null {
  const { date, day, signedHeaders, contentHash, lifeMs } = claims;
  if (!date.startsWith(day)) return "the date in the credential is not the signature's date";
  const age = now - instantOf(date);
  if (!(age >= -SKEW_MS)) return 'the signature is dated in the future: check your clock';
  if (age > lifeMs) return 'the signature has expired: check your clock';
  if (!signedHeaders.includes('host')) return 'the host header must be signed';
  const bare = [...request.headers.keys()].find(
    (name) => name.startsWith('x-amz-') && !signedHeaders.includes(name),
  );
  if (bare !== undefined) return `the header ${bare} must be signed`;
  if (contentHash !== null && contentHash !== sha256(request.body)) {
    return 'x-amz-content-sha256 is not the hash of the body';
  }
  return null;
}

function canonicalQuery(query: URLSearchParams): string {
  const pairs = [...query].filter(([name]) => name !== 'X-Amz-Signature');
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return pairs
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, v], [b, w]) => order(a, b) || order(v, w))
    .map((pair) => pair.join('='))
    .join('&');
}

function canonicalRequest(request: WireRequest, claims: Claims, query: URLSearchParams): string {
  const trimmed = (value: string): string => value.trim().replace(/\s+/g, ' ');
  const headers = claims.signedHeaders.map((name) => {
    const values = request.headers.get(name) ?? [];
    return `${name}:${values.map(trimmed).join(',')}\n`;
  });
  return [
    request.method,
    // Every service except S3 encodes the path a second time (AWS, 2026).
    request.path.split('/').map(encode).join('/'),
    canonicalQuery(query),
    headers.join(''),
    claims.signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
}

function signatureFor(secret: string, claims: Claims, canonical: string): string {
  const toSign = [ALGORITHM, claims.date, claims.scope, sha256(canonical)].join('\n');
  const key = claims.scope.split('/').reduce<Buffer | string>(hmac, `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

/**
 * A verifier for one region and service. It returns a verdict for every request, never throws, and
 * compares in constant time.
 */
export function createVerifier({ region, service, keyNamed, now }: VerifierOptions): Verifier {
  return (request) => {
    const query = new URLSearchParams(request.query);
    const byHeader = request.headers.has('authorization');
    if (byHeader && query.has('X-Amz-Signature')) return refused('the request is signed twice');
    if (!byHeader && !query.has('X-Amz-Signature')) return refused('the request is not signed');
    const claims = byHeader ? headerClaims(request) : queryClaims(request, query);
    if (claims === null) return refused('the signature is incomplete or malformed');

    const scope = `${claims.day}/${region}/${service}/aws4_request`;
    if (claims.scope !== scope) return refused(`the credential's scope must be ${scope}`);
    const key = keyNamed(claims.accessKeyId);
    if (key === undefined) return refused('the access key does not exist');
    if (!isEqual(claims.token ?? '', key.sessionToken ?? '')) {
      return refused('the security token does not belong to this access key');
    }
    const fault = faultOf(request, claims, now());
    if (fault !== null) return refused(fault);
    const canonical = canonicalRequest(request, claims, query);
    const expected = signatureFor(key.secretAccessKey, claims, canonical);
    if (!isEqual(claims.signature, expected)) return refused('the signature does not match');
    return { kind: 'signed', userArn: key.userArn };
  };
}
