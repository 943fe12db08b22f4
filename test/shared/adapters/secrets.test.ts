// Keys from Secrets Manager, over its real wire format.

import { describe, expect, it } from 'vitest';
import { createSecrets } from '../../../shared/adapters/secrets.ts';
import { type Answer, accessTo, ok, startAwsWire } from './aws-wire.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:tag-key-AbCdEf';

async function reading(...answers: readonly Answer[]) {
  await using wire = await startAwsWire(...answers);
  const ended = await createSecrets(accessTo(wire.endpoint))
    .read(ARN)
    .catch((error: unknown) => error);
  return { ended, calls: wire.calls };
}

describe('a secret', () => {
  it('is read by its ARN', async () => {
    const { ended, calls } = await reading(ok({ ARN, SecretString: 'a-key' }));
    expect(ended).toEqual({ current: 'a-key', previous: null });
    expect(calls).toMatchObject([
      {
        method: 'POST',
        path: '/',
        target: 'secretsmanager.GetSecretValue',
        body: { SecretId: ARN },
      },
    ]);
    expect(calls[0]?.headers['content-type']).toBe('application/x-amz-json-1.1');
  });

  it.each([
    ['StoreDown', 'ResourceNotFoundException'],
    ['AccessDenied', 'AccessDeniedException'],
    ['StoreDown', 'DecryptionFailure'],
  ])('is %s for %s, saying why', async (name, type) => {
    const refusal = { status: 400, body: { __type: type, Message: `because of ${type}` } };
    const { ended, calls } = await reading(refusal);
    expect(ended).toMatchObject({
      name,
      message: expect.stringContaining(`because of ${type}`),
    });
    expect(calls).toHaveLength(1);
  });

  it('is StoreDown without text, and the error quotes nothing of the reply', async () => {
    const { ended } = await reading(ok({ SecretBinary: 'c2VjcmV0', SecretString: 7 }));
    expect(ended).toMatchObject({ name: 'StoreDown', message: expect.not.stringContaining('c2V') });
    expect(Object(ended).cause).toBeUndefined();
  });

  it('is read again after an error of Secrets Manager', async () => {
    const trouble = { status: 500, body: { __type: 'InternalServiceError' } };
    const { ended, calls } = await reading(trouble, ok({ SecretString: 'a-key' }));
    expect(ended).toEqual({ current: 'a-key', previous: null });
    expect(calls).toHaveLength(2);
  });
});

describe('a secret with its previous value', () => {
  it.each([
    ['{"current":"new","previous":"old"}', { current: 'new', previous: 'old' }],
    ['{"current":"new"}', { current: 'new', previous: null }],
    ['{"previous":"old"}', { current: '{"previous":"old"}', previous: null }],
    ['{"current":{"id":"a"}}', { current: '{"id":"a"}', previous: null }],
  ])('is read from the JSON object %s', async (SecretString, expected) => {
    expect((await reading(ok({ SecretString }))).ended).toEqual(expected);
  });
});

describe('the fields of a secret', () => {
  const versionsOf = async (SecretString: string, ...fields: readonly string[]) => {
    await using wire = await startAwsWire(ok({ SecretString }));
    return await createSecrets(accessTo(wire.endpoint)).readFields(ARN, fields);
  };
  const fieldsOf = async (secret: string, ...fields: readonly string[]) =>
    (await versionsOf(secret, ...fields)).current;

  it('have a previous value each', async () => {
    const [current, previous] = [
      { id: 'an-id', secret: 'new' },
      { id: 'an-id', secret: 'old' },
    ];
    const secret = JSON.stringify({ current, previous });
    expect(await versionsOf(secret, 'id', 'secret')).toEqual({ current, previous });
  });

  it('are the whole text when one is requested', async () => {
    expect(await fieldsOf('{"a":"b"}', 'apiKey')).toEqual({ apiKey: '{"a":"b"}' });
  });

  it('are texts of the JSON object when several are requested', async () => {
    const secret = JSON.stringify({ id: 'an-id', secret: 'a-secret', more: 'm' });
    expect(await fieldsOf(secret, 'id', 'secret')).toEqual({ id: 'an-id', secret: 'a-secret' });
  });

  it.each(['random text', '["a"]', 'null', '{"id":"an-id","secret":7}', '{"id":"an-id"}'])(
    'are left out when the secret lacks them: %s',
    async (secret) => {
      expect(await fieldsOf(secret, 'id', 'secret')).not.toHaveProperty('secret');
    },
  );
});
