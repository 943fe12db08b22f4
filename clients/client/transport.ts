// One call of the HTTP API: its URL, signature, retries and reply. Every route is safe to repeat (a
// lease request by its Idempotency-Key), so the transport repeats a call whose reply is lost.

import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { ACCESS, type RouteName, routes } from '../../shared/api/contract/contract.ts';
import type { Reply } from '../../shared/api/contract/replies/replies.ts';
import { ruleOf } from '../../shared/core/base/rule.ts';
import { parseReply } from './parse-reply.ts';
import { ApiProblem, problemOf, problemType, unexpectedReply, unreachable } from './problem.ts';

export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

export type TransportOptions = {
  /** Scheme, host, port, and the path of the stage if the API has one. */
  readonly endpoint: string;
  readonly region: string;
  /** Called for each signature, since credentials may rotate. */
  readonly credentials: () => Promise<Credentials>;
  readonly fetch?: typeof fetch;
  /** Waits `ms` milliseconds; rejects when the signal aborts. */
  readonly sleep?: Sleep;
  /** At least 0 and less than 1. */
  readonly random?: () => number;
};
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** Values of a query; undefined ones are left out. */
type QueryValues = Readonly<Record<string, string | number | undefined>>;

type Call = {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: QueryValues;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
};
export type Send = <Name extends RouteName>(name: Name, call: Call) => Promise<Reply<Name>>;

/** The last argument of every method. */
export type CallOptions = { readonly signal?: AbortSignal | undefined };
/** 8 to 128 letters, digits, `_ . : -`. A repeated key and request has no further effect. */
type Key = { readonly idempotencyKey?: string | undefined };
export type KeyOptions = CallOptions & Key;

/** The caller's key, or a new one for this call and its retries. */
export const keyHeaders = ({ idempotencyKey = crypto.randomUUID() }: Key) => ({
  'idempotency-key': idempotencyKey,
});

/** Four pauses, at most 3 s in all: longer than most outages, short enough for a waiting user. */
const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 200;
/** A longer `Retry-After` is for the caller: a user waits for this one. */
const MAX_RETRY_AFTER_MS = 5_000;
/** API Gateway ends a call after 30 s: no later response is possible. */
const RESPONSE_TIMEOUT_MS = 35_000;

/** Waits in real time. Rejects with the signal's reason, as fetch does. */
export const sleepFor: Sleep = (ms, signal) =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });

/** SigV4 requires everything but unreserved characters in percent form, so never a `+`. */
const escapeText = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function pathOf(name: RouteName, params: Readonly<Record<string, string>>): string {
  const route = routes[name];
  const parsed = route.params.safeParse(params, { error: ruleOf });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') ?? 'id';
    const detail = `${field}: ${issue?.message ?? 'is not valid'}`;
    throw new ApiProblem({
      status: 400,
      type: problemType('BadRequest'),
      detail,
      field,
      retryable: false,
    });
  }
  return route.path.replace(/\{(\w+)\}/g, (_, field: string) => escapeText(params[field] ?? ''));
}

function queryOf(values: QueryValues): Record<string, string> {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  return Object.fromEntries(given.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function urlOf(endpoint: string, path: string, query: Readonly<Record<string, string>>): URL {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${escapeText(value)}`);
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`;
  url.search = pairs.join('&');
  return url;
}

type Prepared = {
  readonly method: string;
  readonly url: URL;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
};

function prepare(endpoint: string, name: RouteName, call: Call): Prepared {
  const query = queryOf(call.query ?? {});
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const type: Record<string, string> =
    body === undefined ? {} : { 'content-type': 'application/json' };
  const url = urlOf(endpoint, pathOf(name, call.params ?? {}), query);
  const headers = { ...type, ...call.headers };
  return { method: routes[name].method, url, query, headers, body };
}

function createSigner({ region, credentials }: TransportOptions) {
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  return async ({ method, url, query, headers, body }: Prepared) => {
    const signed = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers: { ...headers, host: url.host },
      body,
    });
    // fetch sets the header `host` from the URL.
    const { host: _, ...rest } = signed.headers;
    return rest;
  };
}

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown error';
  if (error.name === 'TimeoutError') return `timed out after ${RESPONSE_TIMEOUT_MS / 1_000} s`;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code || (cause instanceof Error ? cause.message : error.message);
};

function jsonOf(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

type HttpResponse = {
  readonly status: number;
  readonly text: string;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
};

/** Whole seconds; the other form, a date, is of the service's clock. */
const retryAfterOf = ({ headers }: Response): number | undefined => {
  const value = headers.get('retry-after') ?? '';
  return /^\d{1,4}$/.test(value) ? Number(value) * 1_000 : undefined;
};

/** The reply or the problem in a response. Another service may listen at the endpoint. */
function outcomeOf<Name extends RouteName>(
  name: Name,
  response: HttpResponse,
): Reply<Name> | ApiProblem {
  const { status, text, requestId } = response;
  const json = jsonOf(text);
  if (status >= 300) return problemOf(response, json?.value);
  if (json === null) {
    const detail = 'the endpoint is another service: its response is not JSON';
    const type = problemType('NotThisService');
    return new ApiProblem({ status, type, detail, retryable: false, requestId });
  }
  const parsed = parseReply(name, json.value);
  if (parsed.kind === 'reply') return parsed.reply;
  return unexpectedReply(name, parsed.field, { status, requestId });
}

/** Full jitter, added to what the service asks for. */
function pauseAfter({ retryAfterMs = 0 }: ApiProblem, nth: number, random: number): number {
  const longest = FIRST_PAUSE_MS * 2 ** (nth - 1);
  return Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) + Math.floor(random * longest);
}

/**
 * Makes the function that sends calls. It resolves with the parsed reply, and rejects with
 * ApiProblem or the signal's reason. It repeats network errors and retryable problems, each time
 * with a new signature, with full jitter.
 */
export function createTransport(options: TransportOptions): Send {
  const { endpoint, fetch: send = fetch, sleep = sleepFor, random = Math.random } = options;
  const sign = createSigner(options);

  const attempt = async <Name extends RouteName>(
    name: Name,
    request: Prepared,
    signal?: AbortSignal,
  ): Promise<Reply<Name> | ApiProblem> => {
    const { method, url, body } = request;
    const headers = ACCESS[routes[name].access] === 'iam' ? await sign(request) : request.headers;
    const limit = AbortSignal.timeout(RESPONSE_TIMEOUT_MS);
    try {
      const response = await send(url, {
        method,
        headers,
        // A redirect would send the signature to another host, where it isn't valid.
        redirect: 'manual',
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        ...(body !== undefined && { body }),
      });
      const requestId = response.headers.get('apigw-requestid') ?? undefined;
      const retryAfterMs = retryAfterOf(response);
      const text = await response.text();
      return outcomeOf(name, { status: response.status, text, requestId, retryAfterMs });
    } catch (error) {
      signal?.throwIfAborted();
      return unreachable(endpoint, reasonOf(error), error);
    }
  };

  return async (name, call) => {
    const request = prepare(endpoint, name, call);
    for (let nth = 1; ; nth += 1) {
      call.signal?.throwIfAborted();
      const outcome = await attempt(name, request, call.signal);
      if (!(outcome instanceof ApiProblem)) return outcome;
      if (!outcome.retryable || nth === MAX_ATTEMPTS) throw outcome;
      await sleep(pauseAfter(outcome, nth, random()), call.signal);
    }
  };
}
