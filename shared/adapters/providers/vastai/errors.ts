// Reads what went wrong from an answer of Vast.ai. Statuses alone mislead there: a bad key answers
// 404, a taken offer 400, and a refusal may come as 200. Nobody else reads the provider's prose.

import * as z from 'zod/mini';
import { Failure } from '../../../core/base/failure.ts';
import type { HttpAnswer } from '../http.ts';

export type TroubleKind =
  /** Nothing or nothing readable came back: whether there was an effect is open. */
  | 'no-reply'
  | 'down'
  | 'garbled'
  /** Definite refusals: there was no effect. */
  | 'rate-limited'
  | 'unauthorised'
  | 'offer-gone'
  | 'no-funds'
  | 'no-instance'
  | 'refused';

/** `reason` is in the provider's own words, at full length. */
export type Trouble = { readonly kind: TroubleKind; readonly reason: string };

type Reply = Extract<HttpAnswer, { kind: 'reply' }>;

const Said = z.object({
  success: z.optional(z.unknown()),
  error: z.optional(z.unknown()),
  msg: z.optional(z.unknown()),
  message: z.optional(z.unknown()),
});

type Said = { readonly failed: boolean; readonly code: string; readonly text: string };

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

function saidBy(reply: Reply): Said {
  const parsed = Said.safeParse(reply.json);
  if (!parsed.success) return { failed: false, code: '', text: '' };
  const { success, error, msg, message } = parsed.data;
  const code = textOf(error);
  return { failed: success === false || code !== '', code, text: textOf(msg) || textOf(message) };
}

function describe(reply: Reply, said: Said): string {
  const words = [said.code, said.text].filter((text) => text !== '').join(': ');
  return `HTTP ${reply.status} ${words === '' ? '(no message)' : words}`;
}

const MAX_REASON_LENGTH = 200;

/** A reason as people read it in an event: one line, not too long. */
export const shorten = (reason: string): string =>
  reason.replaceAll(/\s+/g, ' ').slice(0, MAX_REASON_LENGTH);

/**
 * Looked for in the whole body, since status and `error` differ from case to case: a recorded 400
 * `invalid_args` (live log, February 2026) says "error 404/3603: no_such_ask" in its message. 3907
 * is its documented sibling; 3586 is another host's instance that only its owner may rent.
 */
const OFFER_GONE = [
  'no_such_ask',
  '/3603',
  '/3907',
  '/3586',
  'no longer rentable',
  'already rented',
];
/** The exact body was never recorded; these words are from clients' sources (2026). */
const NO_FUNDS = [
  'insufficient_credit',
  'lacks credit',
  'insufficient balance',
  'missing_billing',
  'spend_rate_limit',
];
/** Get and destroy of an unknown instance: documentation and clients (2026) differ. */
const NO_INSTANCE: readonly string[] = ['no_such_instance', 'not_found'];

const holds = (text: string, needles: readonly string[]): boolean =>
  needles.some((needle) => text.includes(needle));

function isUnauthorised(reply: Reply, said: Said): boolean {
  if (said.code === 'auth_error' || said.text.includes('Invalid user key')) return true;
  return reply.status === 401 || (reply.status === 403 && !reply.text.includes('/3586'));
}

function refusalOf(reply: Reply, said: Said): TroubleKind {
  const body = reply.text.toLowerCase();
  if (holds(body, OFFER_GONE)) return 'offer-gone';
  if (holds(body, NO_FUNDS) || reply.status === 402) return 'no-funds';
  const unknown = reply.status === 404 || reply.status < 300;
  return unknown && NO_INSTANCE.includes(said.code) ? 'no-instance' : 'refused';
}

function kindOf(reply: Reply, said: Said): TroubleKind | null {
  const { status } = reply;
  if (status === 429) return 'rate-limited';
  if (isUnauthorised(reply, said)) return 'unauthorised';
  // Whatever its body says: a server in trouble and a gateway's timeout are never definite.
  if (status >= 500 || status === 408) return 'down';
  if (status >= 400) return refusalOf(reply, said);
  if (status < 200 || status >= 300) return 'garbled';
  if (said.failed) return refusalOf(reply, said);
  return typeof reply.json === 'object' && reply.json !== null ? null : 'garbled';
}

/** What is wrong with the answer; null for a reply that reports success in JSON. */
export function troubleOf(answer: HttpAnswer): Trouble | null {
  if (answer.kind === 'no-reply') return answer;
  const said = saidBy(answer);
  const kind = kindOf(answer, said);
  return kind === null ? null : { kind, reason: describe(answer, said) };
}

/** The failure of a call that has to succeed. `endpoint` is method and path. */
export function failureOf(trouble: Trouble, endpoint: string): Failure {
  const message = `vastai ${endpoint}: ${shorten(trouble.reason)}`;
  switch (trouble.kind) {
    case 'rate-limited':
      return new Failure('RateLimited', message);
    case 'unauthorised':
      return new Failure('Unauthorised', message);
    case 'no-reply':
    case 'down':
      return new Failure('ProviderDown', message);
    case 'garbled':
    case 'offer-gone':
    case 'no-funds':
    case 'no-instance':
    case 'refused':
      return new Failure('BadReply', message);
  }
}
