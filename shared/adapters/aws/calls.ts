// Sends the calls of one client of the AWS SDK and turns its errors into outcomes. An outcome never
// has a credential, a session token or a signed request: some of AWS's messages quote them, and the
// SDK's errors have whole replies.

import * as z from 'zod/mini';
import { Failure } from '../../core/base/failure.ts';
import { awsPolicy } from '../../core/base/policy/aws.ts';
import type { AwsCredentials } from './client-config.ts';

/** A call that failed after its retries. */
export type Trouble = {
  readonly kind: 'trouble';
  /** The name of the error of AWS or of the network: ValidationException, ECONNREFUSED. */
  readonly name: string;
  readonly message: string;
  /** The HTTP status; null when there was no reply. */
  readonly status: number | null;
};

export type Sent<Output> = { readonly kind: 'reply'; readonly output: Output } | Trouble;

/**
 * Sends one call; never rejects. `secret` is a value of the request that no message may quote.
 */
type Calls = <Output>(send: () => Promise<Output>, secret?: string) => Promise<Sent<Output>>;

/** The part of an SDK client that has its credentials. */
type Signing = { readonly config: { readonly credentials: () => Promise<AwsCredentials> } };

/** Longer messages quote the request. */
const MAX_MESSAGE = 300;

const SdkError = z.object({
  name: z.string(),
  message: z.string(),
  /** Of network errors: ECONNREFUSED. */
  code: z.optional(z.string()),
  $metadata: z.optional(z.object({ httpStatusCode: z.optional(z.number()) })),
});

/**
 * The first line of `text` without `secrets`. When AWS refuses a signature, the other lines have
 * the whole signed request.
 */
function redact(text: string, secrets: readonly string[]): string {
  const [line = ''] = text.split('\n', 1);
  return secrets
    .filter((secret) => secret !== '')
    .reduce((shown, secret) => shown.replaceAll(secret, '***'), line)
    .slice(0, MAX_MESSAGE);
}

/** The parts of the credentials that a message may quote; null when they are not available. */
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
  // Only a reply of AWS can quote keys.
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
 * The failure of a call that ended in `trouble`: AccessDenied when AWS would refuse the same call
 * again, otherwise `name`. `call` is the start of the message.
 */
export function failureOf(
  trouble: Trouble,
  name: 'StoreDown' | 'ProviderDown',
  call: string,
): Failure {
  const kind = DENIALS.has(trouble.name) ? 'AccessDenied' : name;
  return new Failure(kind, `${call}: ${trouble.name}: ${trouble.message}`, { cause: trouble });
}

/** Runs at most `limit` calls at once; the others wait in order. */
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
 * Calls of `client`, at most as many at once as it has sockets: the SDK's timeouts would include
 * the wait for a free socket, and abort calls that were never sent.
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
