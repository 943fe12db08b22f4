// Keys of a deployed service, read from Secrets Manager by the functions that need them. A value is
// never logged. Every error of Secrets Manager is StoreDown or AccessDenied.

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { Failure } from '../core/base/failure.ts';
import { createCalls, failureOf } from './aws/calls.ts';
import { type AwsAccess, clientConfig } from './aws/client-config.ts';

export type Secrets = {
  /** The current text of a secret. Safe to repeat. Throws StoreDown. */
  read(arn: string): Promise<string>;
  /**
   * The fields of a secret: of one field, its whole text; of several, the texts of its JSON object,
   * without missing ones. Safe to repeat. Throws StoreDown.
   */
  readFields(arn: string, fields: readonly string[]): Promise<Readonly<Record<string, string>>>;
};

const Fields = z.record(z.string(), z.unknown());

/** The text fields of a JSON object; none when `json` is no object. */
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

/** Secrets of the deployment's account. It caches nothing. */
export function createSecrets(access: AwsAccess): Secrets {
  const client = new SecretsManagerClient(clientConfig(access));
  const calls = createCalls(client);

  async function read(arn: string): Promise<string> {
    const command = new GetSecretValueCommand({ SecretId: arn });
    const sent = await calls(() => client.send(command));
    if (sent.kind === 'trouble') throw failureOf(sent, 'StoreDown', 'Secrets Manager');
    const { SecretString: value } = sent.output;
    // The reply may have the value in another form, so the error quotes nothing of it.
    if (typeof value !== 'string') {
      throw new Failure('StoreDown', `Secrets Manager: ${arn} has no text value`);
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
