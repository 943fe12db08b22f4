// Keys of a deployed service, read from Secrets Manager by the functions that need them. A value
// is never logged, and errors of the SDK become StoreDown here and nowhere else.

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Failure } from '../core/failure.ts';

export type SecretsOptions = {
  readonly region: string;
  /** Where Secrets Manager is, when it isn't the region's own. */
  readonly endpoint?: string;
  /** Taken from the environment unless given. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

export type Secrets = {
  /** The present value of a secret of text. Safe to repeat. Throws StoreDown. */
  read(arn: string): Promise<string>;
};

/** One call takes at most 3 x 7 s, well below the timeout of any function that makes it. */
const BOUNDS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** Secrets of the deployment's own account. Nothing is kept: each read asks again. */
export function createSecrets(options: SecretsOptions): Secrets {
  const client = new SecretsManagerClient({ ...options, ...BOUNDS });
  return {
    async read(arn) {
      try {
        const reply = await client.send(new GetSecretValueCommand({ SecretId: arn }));
        return reply.SecretString ?? '';
      } catch (cause) {
        throw new Failure('StoreDown', `Secrets Manager: ${String(cause)}`, { cause });
      }
    },
  };
}
