// Keys of a deployed service, read from Secrets Manager by the functions that need them. A value
// is never logged, and trouble becomes StoreDown here and nowhere else.

import * as z from 'zod/mini';
import { Failure } from '../core/base/failure.ts';
import { seconds } from '../core/base/time.ts';
import type { AwsAccess } from './aws/caller.ts';
import { createJsonCall } from './aws/json.ts';

export type Secrets = {
  /** The present value of a secret of text. Safe to repeat. Throws StoreDown. */
  read(arn: string): Promise<string>;
};

/** One call takes at most 3 x 5 s and its pauses, below the timeout of any function. */
const SECRETS_MANAGER = {
  service: 'secretsmanager',
  target: 'secretsmanager',
  version: '1.1',
  limits: { connect: seconds(2), exchange: seconds(5) },
} as const;

const Reply = z.object({ SecretString: z.string() });

/** Secrets of the deployment's own account. Nothing is kept: each read asks again. */
export function createSecrets(access: AwsAccess): Secrets {
  const call = createJsonCall(access, SECRETS_MANAGER);
  return {
    async read(arn) {
      const answer = await call('GetSecretValue', { SecretId: arn });
      if (answer.kind === 'trouble') {
        const { name, message } = answer;
        throw new Failure('StoreDown', `Secrets Manager: ${name}: ${message}`, { cause: answer });
      }
      const reply = Reply.safeParse(answer.output);
      // The reply may hold the value: no word of it in an error.
      if (!reply.success) throw new Failure('StoreDown', `Secrets Manager: ${arn} holds no text`);
      return reply.data.SecretString;
    },
  };
}
