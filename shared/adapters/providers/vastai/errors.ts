// Classifies the errors of Vast.ai. The status alone is misleading: a bad key is 404, a taken offer
// 400, and a refusal may be 200. Only this file reads the provider's messages.

import * as z from 'zod/mini';
import { Failure } from '../../../core/base/failure.ts';
import type { HttpAnswer } from '../http.ts';

export type TroubleKind =
  /** No response or an unreadable one: the effect is unknown. */
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

/** `reason` is the provider's whole message. */
export type Trouble = { readonly kind: TroubleKind; readonly reason: string };

type Reply = Extract<HttpAnswer, { kind: 'reply' }>;

const ErrorBody = z.object({
  success: z.optional(z.unknown()),
  error: z.optional(z.unknown()),
  msg: z.optional(z.unknown()),
  message: z.optional(z.unknown()),
});

type ErrorText = { readonly failed: boolean; readonly code: string; readonly text: string };

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

function errorIn(reply: Reply): ErrorText {
  const parsed = ErrorBody.safeParse(reply.json);
  if (!parsed.success) return { failed: false, code: '', text: '' };
  const { success, msg, message } = parsed.data;
  const code = textOf(parsed.data.error);
  return { failed: success === false || code !== '', code, text: textOf(msg) || textOf(message) };
}

function describe(reply: Reply, error: ErrorText): string {
  const words = [error.code, error.text].filter((text) => text !== '').join(': ');
  return `HTTP ${reply.status} ${words === '' ? '(no message)' : words}`;
}

const MAX_REASON_LENGTH = 200;

/** A reason for an event: one line of bounded length. */
export const shorten = (reason: string): string =>
  reason.replaceAll(/\s+/g, ' ').slice(0, MAX_REASON_LENGTH);

/**
 * Searched in the whole body, since status and `error` differ: a recorded 400 `invalid_args` (live
 * log, February 2026) has "error 404/3603: no_such_ask" in its message. 3907 is documented beside
 * it; 3586 is an instance that only its owner can rent.
 */
const OFFER_GONE = [
  'no_such_ask',
  '/3603',
  '/3907',
  '/3586',
  'no longer rentable',
  'already rented',
];
/** No such body was recorded; these texts are from clients' sources (2026). */
const NO_FUNDS = [
  'insufficient_credit',
  'lacks credit',
  'insufficient balance',
  'missing_billing',
  'spend_rate_limit',
];
/** For get and destroy of an unknown instance, documentation and clients (2026) differ. */
const NO_INSTANCE: readonly string[] = ['no_such_instance', 'not_found'];

const holds = (text: string, needles: readonly string[]): boolean =>
  needles.some((needle) => text.includes(needle));

function isUnauthorised(reply: Reply, error: ErrorText): boolean {
  if (error.code === 'auth_error' || error.text.includes('Invalid user key')) return true;
  return reply.status === 401 || (reply.status === 403 && !reply.text.includes('/3586'));
}

function refusalOf(reply: Reply, error: ErrorText): TroubleKind {
  const body = reply.text.toLowerCase();
  if (holds(body, OFFER_GONE)) return 'offer-gone';
  if (holds(body, NO_FUNDS) || reply.status === 402) return 'no-funds';
  const unknown = reply.status === 404 || reply.status < 300;
  return unknown && NO_INSTANCE.includes(error.code) ? 'no-instance' : 'refused';
}

function kindOf(reply: Reply, error: ErrorText): TroubleKind | null {
  const { status } = reply;
  if (status === 429) return 'rate-limited';
  if (isUnauthorised(reply, error)) return 'unauthorised';
  // A server error and a gateway's timeout are never definite, whatever the body has.
  if (status >= 500 || status === 408) return 'down';
  if (status >= 400) return refusalOf(reply, error);
  if (status < 200 || status >= 300) return 'garbled';
  if (error.failed) return refusalOf(reply, error);
  return typeof reply.json === 'object' && reply.json !== null ? null : 'garbled';
}

/** The error in a response; null for a JSON reply that reports success. */
export function troubleOf(answer: HttpAnswer): Trouble | null {
  if (answer.kind === 'no-reply') return answer;
  const error = errorIn(answer);
  const kind = kindOf(answer, error);
  return kind === null ? null : { kind, reason: describe(answer, error) };
}

/** The failure of a call that must succeed. `endpoint` is method and path. */
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
