// The one HTTP client of all provider adapters. It tells what happened and never throws for the
// network's sake. It follows no redirect, since a redirect drops bodies, and nothing it returns
// holds a request header, so that no key can end up in an error.

import * as z from 'zod/mini';
import type { ProviderAccess, ProviderName } from '../../core/base/providers.ts';
import type { DurationMs } from '../../core/base/time.ts';

export type HttpOptions = {
  /** Scheme and host, without a slash at the end. */
  readonly baseUrl: string;
  /** Travels as a bearer in a header, never in a URL. */
  readonly apiKey: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Waits that long: a provider's least time between two calls, before a read is tried again. */
  readonly pause: (length: DurationMs) => Promise<void>;
};

/** What an adapter is made with: the keys of its own row, whatever it does with them. */
export type AdapterOptions<Name extends ProviderName> = ProviderAccess<Name> &
  Pick<HttpOptions, 'fetch' | 'pause'>;

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** For the whole exchange, the reply's body included. */
  readonly timeout: DurationMs;
  /** The pause before a read is tried again; null for a call with an effect. */
  readonly repeatAfter: DurationMs | null;
};

/** `json` is undefined when the body isn't JSON. `no-reply` says nothing about the effect. */
export type HttpAnswer =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly text: string;
      readonly json: unknown;
    }
  | { readonly kind: 'no-reply'; readonly reason: string };

export type Http = { send(request: HttpRequest): Promise<HttpAnswer> };

/** One read and two more: the workflow and the sweep repeat the step as a whole anyway. */
const READ_TRIES = 3;
/** Sixteen times a page of 64 offers of 4 KB (raw rows of June 2026 have 3 KB). */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Too fast, or a gateway that lost its server for a moment. */
const PASSING_STATUSES: readonly number[] = [429, 502, 503, 504];
const BROKEN = 'connection failed';

const ConnectionError = z.object({ cause: z.object({ code: z.string() }) });

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  // Only the code: a message of the client may quote a header, and with it the key.
  const known = ConnectionError.safeParse(error);
  return known.success ? `${BROKEN}: ${known.data.cause.code}` : BROKEN;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The body as text; null when it is longer than any honest reply. */
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
      // A kept socket that the provider has closed meanwhile would make a create call that was
      // never sent look like one whose outcome is unknown.
      connection: 'close',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(request.timeout),
  };
}

const mayPass = (answer: HttpAnswer): boolean =>
  answer.kind === 'reply'
    ? PASSING_STATUSES.includes(answer.status)
    : answer.reason.startsWith(BROKEN);

/** A client of one provider under one key. */
export function createHttp(options: HttpOptions): Http {
  const { baseUrl, apiKey, pause, fetch = globalThis.fetch } = options;

  async function once(request: HttpRequest): Promise<HttpAnswer> {
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query)}`;
    try {
      const response = await fetch(`${baseUrl}${request.path}${query}`, initOf(request, apiKey));
      const text = await boundedText(response);
      if (text === null) return { kind: 'no-reply', reason: 'the reply is too long' };
      return { kind: 'reply', status: response.status, text, json: parseJson(text) };
    } catch (error) {
      return { kind: 'no-reply', reason: reasonOf(error) };
    }
  }

  async function send(request: HttpRequest): Promise<HttpAnswer> {
    let answer = await once(request);
    for (let tries = 1; tries < READ_TRIES && mayPass(answer); tries += 1) {
      if (request.repeatAfter === null) return answer;
      await pause(request.repeatAfter);
      answer = await once(request);
    }
    return answer;
  }

  return { send };
}
