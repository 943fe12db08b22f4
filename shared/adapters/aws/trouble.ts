// What AWS says when it refuses, by any of its protocols, and what helps against it.

import * as z from 'zod/mini';
import type { Exchanged } from './exchange.ts';

/** A call that failed in the end. Nothing in it was sent by us, so that it holds no key. */
export type Trouble = {
  readonly kind: 'trouble';
  /** AWS's name of the error, or the network's: ValidationException, ECONNRESET. */
  readonly name: string;
  readonly message: string;
  /** Null when there was no reply. */
  readonly status: number | null;
};

/** What AWS answers to a call that it carried out. */
export type AwsReply = { readonly kind: 'reply'; readonly body: Buffer };

/** `slower` is asked too much; `clock` means that a signature was dated wrongly. */
export type Remedy = 'none' | 'again' | 'slower' | 'clock';

/** As the SDK has them (@smithy/core 3, November 2026), as far as our services use them. */
const TOO_FAST: ReadonlySet<string> = new Set([
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);
const PASSING: ReadonlySet<string> = new Set(['RequestTimeout', 'RequestTimeoutException']);
const MISDATED: ReadonlySet<string> = new Set([
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

/** Longer messages quote what was sent. */
const MAX_MESSAGE = 300;

const text = z.optional(z.string());
const JsonError = z.object({ __type: text, code: text, message: text, Message: text });
type JsonError = z.infer<typeof JsonError>;

function jsonError(body: string): JsonError {
  try {
    return JsonError.safeParse(JSON.parse(body)).data ?? {};
  } catch {
    return {};
  }
}

const inXml = (body: string, tag: string): string | undefined =>
  new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(body)?.[1];

/** `com.amazonaws.states#TaskTimedOut` and `TaskTimedOut:http://...` are both TaskTimedOut. */
const plainName = (type: string): string => type.replace(/^.*#/, '').replace(/:.*$/, '');

/**
 * One line without `secrets`: what follows the first line of a refused signature is the request as
 * it was signed, session token included.
 */
function harmless(message: string, secrets: readonly string[]): string {
  const [line = ''] = message.split('\n', 1);
  return secrets
    .reduce((told, secret) => told.replaceAll(secret, '***'), line)
    .slice(0, MAX_MESSAGE);
}

/** What an exchange came to. `secrets` are not empty, and in no message afterwards. */
export function outcomeOf(exchanged: Exchanged, secrets: readonly string[]): AwsReply | Trouble {
  if (exchanged.kind === 'no-reply') {
    const { name, message } = exchanged;
    return { kind: 'trouble', name, message: harmless(message, secrets), status: null };
  }
  const { status, headers } = exchanged;
  if (status >= 200 && status < 300) return { kind: 'reply', body: exchanged.body };
  const body = exchanged.body.toString('utf8');
  const json = jsonError(body);
  const header = headers['x-amzn-errortype']?.toString();
  const type = header ?? json.__type ?? json.code ?? inXml(body, 'Code') ?? `HTTP ${status}`;
  const message = json.message ?? json.Message ?? inXml(body, 'Message') ?? 'no reason given';
  return {
    kind: 'trouble',
    name: harmless(plainName(type), secrets),
    message: harmless(message, secrets),
    status,
  };
}

/** What to do before the same request is sent again; `none` when that won't help. */
export function remedyFor({ name, status }: Trouble): Remedy {
  if (name === 'ReplyTooLong') return 'none';
  if (status === 429 || TOO_FAST.has(name)) return 'slower';
  if (MISDATED.has(name)) return 'clock';
  return status === null || status >= 500 || PASSING.has(name) ? 'again' : 'none';
}
