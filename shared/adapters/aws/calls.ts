// Carries out calls of one client of the AWS SDK and turns what it throws into an outcome. Nothing
// in an outcome holds a credential, a session token or a signed request: AWS quotes them in some
// of its messages, and the SDK's errors hold whole replies.

import * as z from 'zod/mini';
import { Failure } from '../../core/base/failure.ts';
import { awsPolicy } from '../../core/base/policy/aws.ts';
import type { AwsCredentials } from './client-config.ts';

/** A call that failed in the end, after its retries. */
export type Trouble = {
  readonly kind: 'trouble';
  /** The name of AWS's error or of the network's: ValidationException, ECONNREFUSED. */
  readonly name: string;
  readonly message: string;
  /** The HTTP status; null when there was no reply. */
  readonly status: number | null;
};

export type Sent<Output> = { readonly kind: 'reply'; readonly output: Output } | Trouble;

/**
 * Carries out one call; never rejects. `secret` is a value of the request that no message may
 * quote.
 */
type Calls = <Output>(send: () => Promise<Output>, secret?: string) => Promise<Sent<Output>>;

/** The part of the SDK's clients that knows their credentials. */
type Signing = { readonly config: { readonly credentials: () => Promise<AwsCredentials> } };

/** A longer message quotes what was sent. */
const MAX_MESSAGE = 300;

const SdkError = z.object({
  name: z.string(),
  message: z.string(),
  /** Of network errors: ECONNREFUSED. */
  code: z.optional(z.string()),
  $metadata: z.optional(z.object({ httpStatusCode: z.optional(z.number()) })),
});

/**
 * The first line of `text` without `secrets`: the lines after it hold, where a signature was
 * refused, the whole request as it was signed.
 */
function redact(text: string, secrets: readonly string[]): string {
  const [line = ''] = text.split('\n', 1);
  return secrets
    .filter((secret) => secret !== '')
    .reduce((shown, secret) => shown.replaceAll(secret, '***'), line)
    .slice(0, MAX_MESSAGE);
}

/** The parts of the credentials that a message may quote; null when they are gone. */
async function keysOf(client: Signing): Promise<readonly string[] | null> {
  try {
    const { secretAccessKey, sessionToken = '' } = await client.config.credentials();
    return [secretAccessKey, sessionToken];
  } catch {
    return null;
  }
}

async function troubleOf(client: Signing, thrown: unknown, secret: string): Promise<Trouble> {
  const { data } = SdkError.safeParse(thrown);
  const unknown = { kind: 'trouble', name: 'UnknownError', message: 'not shown' } as const;
  if (data === undefined) return { ...unknown, status: null };
  const status = data.$metadata?.httpStatusCode ?? null;
  // Only AWS quotes keys, which it knows by a request that had a reply.
  const keys = status === null ? [] : await keysOf(client);
  if (keys === null) return { ...unknown, status };
  const secrets = [secret, ...keys];
  const name = redact(data.name === 'Error' ? (data.code ?? data.name) : data.name, secrets);
  return { kind: 'trouble', name, message: redact(data.message, secrets), status };
}

/** Refusals that last until a policy or a key is changed (AWS documentation, November 2026). */
const DENIALS: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/**
 * The failure that `trouble` is: AccessDenied when the same call would be refused again, otherwise
 * `name`. `call` says what was called.
 */
export function failureOf(
  trouble: Trouble,
  name: 'StoreDown' | 'ProviderDown',
  call: string,
): Failure {
  const kind = DENIALS.has(trouble.name) ? 'AccessDenied' : name;
  return new Failure(kind, `${call}: ${trouble.name}: ${trouble.message}`, { cause: trouble });
}

/** Lets `limit` calls run at once; the others wait for their turn, in order. */
function createTurns(limit: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <Result>(call: () => Promise<Result>): Promise<Result> => {
    if (running < limit) running += 1;
    else await new Promise<void>((go) => void waiting.push(go));
    try {
      return await call();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/**
 * Calls of `client`, as many at once as it has sockets: the SDK's time limits would count the wait
 * for a free socket, and give calls up that were never sent.
 */
export function createCalls(client: Signing): Calls {
  const inTurn = createTurns(awsPolicy.aws.maxSockets);
  return async (send, secret = '') => {
    try {
      return { kind: 'reply', output: await inTurn(send) };
    } catch (error) {
      return troubleOf(client, error, secret);
    }
  };
}
