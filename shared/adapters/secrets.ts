// Keys of a deployed service, read from Secrets Manager by the functions that need them. A value
// is never logged, and trouble becomes StoreDown here and nowhere else.

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { Failure } from '../core/base/failure.ts';
import { createCalls, failureOf } from './aws/calls.ts';
import { type AwsAccess, clientConfig } from './aws/client-config.ts';

export type Secrets = {
  /** The present value of a secret of text. Safe to repeat. Throws StoreDown. */
  read(arn: string): Promise<string>;
  /**
   * The fields of a secret: its text when one is asked for, the texts of its JSON object when
   * several are. A field that it lacks is left out. Safe to repeat. Throws StoreDown.
   */
  readFields(arn: string, fields: readonly string[]): Promise<Readonly<Record<string, string>>>;
};

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
  const client = new SecretsManagerClient(clientConfig(access));
  const calls = createCalls(client);

  async function read(arn: string): Promise<string> {
    const command = new GetSecretValueCommand({ SecretId: arn });
    const sent = await calls(() => client.send(command));
    if (sent.kind === 'trouble') throw failureOf(sent, 'StoreDown', 'Secrets Manager');
    const { SecretString: value } = sent.output;
    // The reply may hold the value in another form: no word of it in an error.
    if (typeof value !== 'string') {
      throw new Failure('StoreDown', `Secrets Manager: ${arn} holds no text`);
    }
    return value;
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
