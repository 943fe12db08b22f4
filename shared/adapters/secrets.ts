// Keys of a deployed service, read from Secrets Manager by the functions that need them. A value is
// never logged. Every error of Secrets Manager is StoreDown or AccessDenied.

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { Failure } from '../core/base/failure.ts';
import { createCalls, failureOf } from './aws/calls.ts';
import { type AwsAccess, clientConfig } from './aws/client-config.ts';

/** The value of a secret, and the one that it had before; null when the secret names none. */
export type Versions<Value> = { readonly current: Value; readonly previous: Value | null };

export type Secrets = {
  /**
   * The text of a secret; or, of a JSON object with `current`, its texts `current` and `previous`.
   * Safe to repeat. Throws StoreDown.
   */
  read(arn: string): Promise<Versions<string>>;
  /**
   * The fields of a secret and of its previous value: of one field, the whole text; of several, the
   * texts of its JSON object, without missing ones. Safe to repeat. Throws StoreDown.
   */
  readFields(arn: string, fields: readonly string[]): Promise<Versions<Texts>>;
};

type Texts = Readonly<Record<string, string>>;
const Fields = z.record(z.string(), z.unknown());

/** The fields of a JSON object; none when `json` is no object. */
function fieldsIn(json: string): Readonly<Record<string, unknown>> {
  try {
    return Fields.parse(JSON.parse(json));
  } catch {
    return {};
  }
}

/** A nested value in the form that a secret has alone: a text, or a JSON object as text. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : null;
}

function versionsIn(text: string): Versions<string> {
  const { current, previous } = fieldsIn(text);
  const value = textOf(current);
  return value === null
    ? { current: text, previous: null }
    : { current: value, previous: textOf(previous) };
}

function pickFields(text: string, fields: readonly string[]): Texts {
  const [only, ...more] = fields;
  if (only !== undefined && more.length === 0) return { [only]: text };
  const values = fieldsIn(text);
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = values[field];
      return typeof value === 'string' ? [[field, value] as const] : [];
    }),
  );
}

/** Secrets of the deployment's account. It caches nothing. */
export function createSecrets(access: AwsAccess): Secrets {
  const client = new SecretsManagerClient(clientConfig(access));
  const calls = createCalls(client);

  async function read(arn: string): Promise<Versions<string>> {
    const command = new GetSecretValueCommand({ SecretId: arn });
    const sent = await calls(() => client.send(command));
    if (sent.kind === 'trouble') throw failureOf(sent, 'StoreDown', 'Secrets Manager');
    const { SecretString: value } = sent.output;
    // The reply may have the value in another form, so the error quotes nothing of it.
    if (typeof value !== 'string') {
      throw new Failure('StoreDown', `Secrets Manager: ${arn} has no text value`);
    }
    return versionsIn(value);
  }

  async function readFields(arn: string, fields: readonly string[]): Promise<Versions<Texts>> {
    const { current, previous } = await read(arn);
    return {
      current: pickFields(current, fields),
      previous: previous === null ? null : pickFields(previous, fields),
    };
  }

  return { read, readFields };
}
