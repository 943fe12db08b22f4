// The HTTP client of all provider adapters. It returns network errors and never throws them. It
// follows no redirect, since a redirect drops bodies. It returns no request header, and masks its
// key in replies, so that no key can get into an error, an event or a log.

import * as z from 'zod/mini';
import type { ProviderAccess, ProviderName } from '../../core/base/providers.ts';
import { type DurationMs, seconds } from '../../core/base/time.ts';
import type { CallClass } from '../../core/instance/card.ts';
import type { CallResult } from '../../core/instance/gate.ts';
import type { Pass } from '../../ports/passes.ts';
import { createMask } from './mask.ts';

export type HttpOptions = {
  /** Scheme and host, without a trailing slash. */
  readonly baseUrl: string;
  /** Sent as a bearer token in a header, never in a URL. */
  readonly apiKey: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Takes the pass without which no call is sent. Throws what `Passes.take` throws. */
  readonly takePass: (callClass: CallClass) => Promise<Pass>;
};

/** The options of an adapter, with the keys of its provider. */
export type AdapterOptions<Name extends ProviderName> = ProviderAccess<Name> &
  Pick<HttpOptions, 'fetch' | 'takePass'> & {
    /** Is called for each call whose key the provider refused, whatever becomes of the call. */
    readonly onRefusedKey?: (() => void) | undefined;
  };

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** For the whole call, including the body of the reply. */
  readonly timeout: DurationMs;
  /** Null for a call whose pass its caller has taken, and for those about the account or a key. */
  readonly callClass: CallClass | null;
  /** Whether the call has no effect, so that it may be repeated. */
  readonly isRead: boolean;
};

/** `json` is undefined when the body isn't JSON. After `no-reply`, the effect is unknown. */
export type HttpAnswer =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly text: string;
      readonly json: unknown;
      /** The reply's `Retry-After`; null when it has none that is a number of seconds. */
      readonly retryAfter: DurationMs | null;
    }
  | { readonly kind: 'no-reply'; readonly reason: string };

export type Http = {
  /** Throws what `takePass` throws. */
  send(request: HttpRequest): Promise<HttpAnswer>;
};

/** Three tries: the workflow and the sweep repeat the whole step anyway. */
const READ_TRIES = 3;
/** 16 times a page of 64 offers of 4 KB (raw rows of June 2026 have 3 KB). */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Rate limits and short outages behind a gateway. */
const TRANSIENT_STATUSES: readonly number[] = [429, 502, 503, 504];
const BROKEN = 'connection failed';

const ConnectionError = z.object({ cause: z.object({ code: z.string() }) });

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'timed out';
  // Only the code: a message of the client may quote a header with the key.
  const known = ConnectionError.safeParse(error);
  return known.success ? `${BROKEN}: ${known.data.cause.code}` : BROKEN;
}

/** Strings, and the numbers of Python's encoder that JSON does not have. */
const STRING_OR_NUMBER_WORD = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/** Numbers that JSON does not have become strings: they cost a field, not the reply. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parsePythonJson(text);
  }
}

function parsePythonJson(text: string): unknown {
  const quoted = text.replaceAll(STRING_OR_NUMBER_WORD, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  );
  try {
    return quoted === text ? undefined : JSON.parse(quoted);
  } catch {
    return undefined;
  }
}

/** The body as text; null when it exceeds MAX_BODY_BYTES. */
async function boundedText(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function initOf(request: HttpRequest, apiKey: string): RequestInit {
  return {
    method: request.method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      accept: 'application/json',
      // On a kept connection that the provider has closed, a create call that was never sent would
      // look like one with an unknown outcome.
      connection: 'close',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(request.timeout),
  };
}

const isTransient = (answer: HttpAnswer): boolean =>
  answer.kind === 'reply'
    ? TRANSIENT_STATUSES.includes(answer.status)
    : answer.reason.startsWith(BROKEN);

/** Seconds; the other form, a date, is of the provider's clock. */
function retryAfterOf(header: string | null): DurationMs | null {
  if (header === null || !/^\d{1,9}$/.test(header)) return null;
  return seconds(Number(header));
}

/** What the answer says about the rate of calls. */
function resultOf(answer: HttpAnswer): CallResult {
  if (answer.kind === 'no-reply') return { kind: 'error' };
  if (answer.status === 429) return { kind: 'refused', retryAfter: answer.retryAfter };
  return { kind: answer.status >= 500 ? 'error' : 'answered' };
}

/** Without a gate, nothing says when a refused call may be repeated. */
const mustWait = ({ callClass }: HttpRequest, answer: HttpAnswer): boolean =>
  callClass === null && answer.kind === 'reply' && answer.status === 429;

/** A client of one provider with one key. */
export function createHttp(options: HttpOptions): Http {
  const { baseUrl, apiKey, takePass, fetch = globalThis.fetch } = options;
  const mask = createMask(apiKey);

  async function sendOnce(request: HttpRequest): Promise<HttpAnswer> {
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query)}`;
    try {
      const response = await fetch(`${baseUrl}${request.path}${query}`, initOf(request, apiKey));
      const body = await boundedText(response);
      if (body === null) return { kind: 'no-reply', reason: 'the reply is too long' };
      const text = mask(body);
      const { status, headers } = response;
      const retryAfter = retryAfterOf(headers.get('retry-after'));
      return { kind: 'reply', status, text, json: parseJson(text), retryAfter };
    } catch (error) {
      return { kind: 'no-reply', reason: reasonOf(error) };
    }
  }

  async function sendWithPass(request: HttpRequest): Promise<HttpAnswer> {
    if (request.callClass === null) return sendOnce(request);
    const pass = await takePass(request.callClass);
    const answer = await sendOnce(request);
    await pass.note(resultOf(answer));
    return answer;
  }

  async function send(request: HttpRequest): Promise<HttpAnswer> {
    let answer = await sendWithPass(request);
    for (let tries = 1; tries < READ_TRIES && isTransient(answer); tries += 1) {
      if (!request.isRead || mustWait(request, answer)) return answer;
      answer = await sendWithPass(request);
    }
    return answer;
  }

  return { send };
}
