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
  /**
   * The fields of a secret: its text when one is asked for, the texts of its JSON object when
   * several are. A field that it lacks is left out. Safe to repeat. Throws StoreDown.
   */
  readFields(arn: string, fields: readonly string[]): Promise<Readonly<Record<string, string>>>;
};

/** One call takes at most 3 x 5 s and its pauses, below the timeout of any function. */
const SECRETS_MANAGER = {
  service: 'secretsmanager',
  target: 'secretsmanager',
  version: '1.1',
  limits: { connect: seconds(2), exchange: seconds(5) },
} as const;

const Reply = z.object({ SecretString: z.string() });

const Fields = z.record(z.string(), z.unknown());

/** The texts of a JSON object by field; none when it is anything else. */
function textsIn(json: string): Readonly<Record<string, string>> {
  try {
    const entries = Object.entries(Fields.parse(JSON.parse(json)));
    return Object.fromEntries(
      entries.flatMap(([field, value]) => (typeof value === 'string' ? [[field, value]] : [])),
    );
  } catch {
    return {};
  }
}

/** Secrets of the deployment's own account. Nothing is kept: each read asks again. */
export function createSecrets(access: AwsAccess): Secrets {
  const call = createJsonCall(access, SECRETS_MANAGER);

  async function read(arn: string): Promise<string> {
    const answer = await call('GetSecretValue', { SecretId: arn });
    if (answer.kind === 'trouble') {
      const { name, message } = answer;
      throw new Failure('StoreDown', `Secrets Manager: ${name}: ${message}`, { cause: answer });
    }
    const reply = Reply.safeParse(answer.output);
    // The reply may hold the value: no word of it in an error.
    if (!reply.success) throw new Failure('StoreDown', `Secrets Manager: ${arn} holds no text`);
    return reply.data.SecretString;
  }

  async function readFields(arn: string, fields: readonly string[]) {
    const text = await read(arn);
    const [only, ...more] = fields;
    if (only !== undefined && more.length === 0) return { [only]: text };
    const texts = textsIn(text);
    return Object.fromEntries(
      fields.flatMap((field) => (texts[field] === undefined ? [] : [[field, texts[field]]])),
    );
  }

  return { read, readFields };
}
