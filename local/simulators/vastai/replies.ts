// The provider's error responses. Recorded bodies are marked with their month; the others follow
// its public documentation of 2026. FIDELITY.md lists the guesses.

import type { Reply } from '../kit/wire.ts';
import type { State } from './state.ts';

export function ok(body: Record<string, unknown>): Reply {
  return { status: 200, body };
}

export function refusal(status: number, error: string, msg: string): Reply {
  return { status, body: { success: false, error, msg } };
}

/** The format of search and list errors, which have no `success`. */
export function badQuery(msg: string): Reply {
  return { status: 400, body: { error: 'invalid_request', msg } };
}

export const badJson = badQuery('Invalid json body');
export const loginRequired = refusal(403, 'auth_error', 'This action requires login.');
export const unknownKey = refusal(404, 'auth_error', 'Invalid user key');
/** A read of one instance responds to an unknown key differently from all other calls. */
export const unknownKeyOnGet = refusal(401, 'auth_error', 'Invalid user key');
/** The three responses to a refused key; the first by default. */
export function keyRefused(variant = 0): Reply {
  return [unknownKey, unknownKeyOnGet, loginRequired][variant] ?? unknownKey;
}

export const outOfScope: Reply = {
  status: 403,
  body: { success: false, msg: 'This key may not do that.' },
};
export const noSuchInstance = refusal(404, 'no_such_instance', 'No such instance.');
export const serverError = refusal(500, 'server_error', 'Something went wrong on the server');
export const tooLarge = refusal(413, 'invalid_request', 'Request body too large');
export const notFound = refusal(404, 'not_found', 'There is nothing at this path.');
export const noCredit = refusal(
  400,
  'insufficient_credit',
  'insufficient_credit: Your account lacks credit; see the billing page.',
);

/** Redirects a path without a trailing slash to the path with one. */
export function redirect(url: URL): Reply {
  const location = `${url.pathname}/${url.search}`;
  return { status: 308, text: '', type: 'text/plain', headers: { location } };
}

const badGateway: Reply = {
  status: 502,
  text: '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>',
  type: 'text/html',
};

/** In order: recorded in February 2026 (with two spaces), documented twice, seen by clients. */
const offerGone = [
  (id: number): Reply => ({
    status: 400,
    body: {
      success: false,
      error: 'invalid_args',
      msg: `error 404/3603: no_such_ask  Instance type by id ${id} is not available.`,
      ask_id: id,
    },
  }),
  (id: number): Reply => ({
    status: 404,
    body: {
      success: false,
      error: 'invalid_args',
      msg: `error 404/3603: no_such_ask Instance type by id ${id} is not available.`,
      ask_id: id,
    },
  }),
  (id: number): Reply => ({
    status: 410,
    body: {
      success: false,
      error: 'no_such_ask',
      msg: `error 410/3907: no_such_ask Instance type ${id} is no longer available.`,
      ask_id: id,
    },
  }),
  (): Reply => ({ status: 400, body: { success: false, msg: 'no_such_ask' } }),
];

/** Refusals for other reasons than a rented offer; sent only for a named variant. */
const refusedOtherwise = [
  (id: number): Reply =>
    refusal(
      403,
      'invalid_args',
      `error 403/3586: Offer ${id} is not your own. Hosts can only rent their own machines.`,
    ),
  (): Reply => refusal(400, 'spend_rate_limit', 'spend_rate_limit: New accounts spend slowly.'),
  (): Reply => ({ status: 200, body: { success: false, msg: 'Your account is suspended.' } }),
];

/** Variants 0 to 3 mean that the offer is gone and take turns; 4 to 6 have other meanings. */
export function createRefused(state: State, offerId: number, variant?: number): Reply {
  const all = [...offerGone, ...refusedOtherwise];
  const index = variant ?? nextVariant(state, 'refuse', offerGone.length);
  return (all[index] ?? offerGone[0])?.(offerId) ?? serverError;
}

/** The documented texts and bodies; the last one was recorded in February 2026. */
const tooFrequent = [
  (): Reply => plain('API requests too frequent'),
  (s: string): Reply => plain(`API requests too frequent: endpoint threshold=${s}`),
  (s: string): Reply => ({
    status: 429,
    body: { detail: `API requests too frequent endpoint threshold=${s}` },
  }),
  (s: string): Reply =>
    refusal(429, 'rate_limit_exceeded', `API requests too frequent endpoint threshold=${s}`),
  (s: string): Reply => ({
    status: 429,
    body: {
      message:
        'The action could not be performed because there were too many requests by the client.' +
        `\n\nAPI requests too frequent: endpoint threshold=${s}*1.0\n\n`,
      code: '429 Too Many Requests',
    },
  }),
];

export function rateLimited(state: State, thresholdMs: number, variant?: number): Reply {
  const index = variant ?? nextVariant(state, 'rate-limit', tooFrequent.length);
  return tooFrequent[index]?.((thresholdMs / 1000).toFixed(1)) ?? serverError;
}

/** JSON and a gateway's page take turns. */
export function failed(state: State, variant?: number): Reply {
  return (variant ?? nextVariant(state, 'fail', 2)) === 0 ? serverError : badGateway;
}

/** 500 and 429 take turns. */
export function destroyRefused(state: State, variant?: number): Reply {
  const index = variant ?? nextVariant(state, 'refuse-destroy', 2);
  return index === 0 ? serverError : rateLimited(state, 3_000);
}

function plain(text: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 429, text, type: 'text/plain', headers };
}

/** Ten years, a negative time, a date far ahead, and no time at all. */
const absurdTimes = ['315360000', '-1', 'Fri, 31 Dec 9999 23:59:59 GMT', 'soon'];

export function absurdRetryAfter(state: State, variant?: number): Reply {
  const index = variant ?? nextVariant(state, 'absurd-retry-after', absurdTimes.length);
  const time = absurdTimes[index] ?? '315360000';
  return plain('API requests too frequent', { 'retry-after': time });
}

/** The forms in which an error may quote a key. */
const quotations: readonly ((key: string) => string)[] = [
  (key) => key,
  (key) => `https://vast.example/?api_key=${encodeURIComponent(key)}`,
  (key) => Buffer.from(key).toString('base64'),
  (key) => Buffer.from(`user:${key}`).toString('base64'),
  (key) => `${key.slice(0, Math.ceil(key.length * 0.75))}...`,
  (key) => `...${key.slice(Math.floor(key.length * 0.25))}`,
];

export function quotedKey(state: State, key: string, variant?: number): Reply {
  const index = variant ?? nextVariant(state, 'quoted-key', quotations.length);
  const quoted = quotations[index]?.(key) ?? key;
  return refusal(400, 'invalid_args', `Invalid args: request by ${quoted} was not understood`);
}

export function nextVariant(state: State, name: string, variants: number): number {
  const count = state.turns[name] ?? 0;
  state.turns[name] = count + 1;
  return count % variants;
}
