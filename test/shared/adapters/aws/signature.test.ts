// Signatures, checked by aws4fetch, which shares no code with the signer: each adapter's requests
// as they came over the wire. And where requests go when no endpoint is given.

import { createHash } from 'node:crypto';
import dns from 'node:dns';
import { AwsV4Signer } from 'aws4fetch';
import { describe, expect, it, vi } from 'vitest';
import type { AwsAccess } from '../../../../shared/adapters/aws/caller.ts';
import type { AwsCredentials } from '../../../../shared/adapters/aws/sign.ts';
import { connect } from '../../../../shared/adapters/dynamodb/client.ts';
import { openTable } from '../../../../shared/adapters/dynamodb/table.ts';
import { createS3Blobs } from '../../../../shared/adapters/s3-blobs.ts';
import { createScheduler } from '../../../../shared/adapters/scheduler.ts';
import { createSecrets } from '../../../../shared/adapters/secrets.ts';
import { createStepFunctions } from '../../../../shared/adapters/step-functions.ts';
import { aDeployment, aLeaseId } from '../../../support/builders/builders.ts';
import { accessTo, type Call, ok, startAwsWire } from '../aws-wire.ts';

const arns = { targetArn: 'arn:t', roleArn: 'arn:r', deadLetterArn: 'arn:d' };
const schedule = { deployment: aDeployment, group: 'the leases', ...arns };

/** Calls of each adapter, under the service they are signed for. */
const CALLS: Readonly<Record<string, (access: AwsAccess) => Promise<unknown>>> = {
  dynamodb: (access) => openTable(connect(access), 'leases').get({ pk: 'ä/#', sk: 'b c' }),
  s3: (access) => createS3Blobs({ ...access, bucket: 'menu' }).get("a key/with (ö) 'all'/+1"),
  's3 put': (access) =>
    createS3Blobs({ ...access, bucket: 'a.dotted.bucket' }).put('a', Buffer.from('a body, größer')),
  states: (access) => createStepFunctions({ ...access, stateMachineArn: 'a:b' }).wake('token'),
  scheduler: (access) => createScheduler({ ...access, ...schedule }).disarm(aLeaseId()),
  secretsmanager: (access) => createSecrets(access).read('arn:aws:secretsmanager:x'),
};

const keys = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'AQoDYXdzEPT//////////wEXAMPLE',
};

const signedHeaders = ({ authorization = '' }: Call): readonly string[] =>
  /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];

type Signed = { readonly url: string; readonly name: string; readonly credentials: AwsCredentials };

/** What another implementation would have signed this very request with. */
async function expected(call: Call, { url, name, credentials }: Signed) {
  const names = signedHeaders(call).filter((each) => each !== 'host' && each !== 'x-amz-date');
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const { headers } = await new AwsV4Signer({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    service: name.split(' ')[0] ?? '',
    region: 'eu-west-1',
    url,
    method: call.method,
    headers: Object.fromEntries(names.map((each) => [each, String(call.headers[each])])),
    body: call.text,
    datetime: String(call.headers['x-amz-date']),
    allHeaders: true,
  }).sign();
  return headers.get('authorization');
}

describe.each(Object.keys(CALLS))('a request to %s', (name) => {
  const asking = async (credentials: AwsCredentials) => {
    await using wire = await startAwsWire(ok({ SecretString: 'x' }));
    await CALLS[name]?.({ ...accessTo(wire.endpoint), credentials: () => credentials });
    const [call] = wire.calls;
    if (call === undefined) throw new Error('nothing was sent');
    const url = wire.endpoint + call.path;
    return { call, wanted: await expected(call, { url, name, credentials }) };
  };

  it('is signed as another implementation signs it, session token included', async () => {
    const { call, wanted } = await asking(keys);
    expect(call.authorization).toBe(wanted);
    expect(call.headers['x-amz-security-token']).toBe(keys.sessionToken);
    const always = ['host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token'];
    expect(signedHeaders(call)).toEqual(expect.arrayContaining(always));
  });

  it('is signed without a token by lasting keys', async () => {
    const { sessionToken: _, ...lasting } = keys;
    const { call, wanted } = await asking(lasting);
    expect(call.authorization).toBe(wanted);
    expect(call.headers['x-amz-security-token']).toBeUndefined();
  });

  it('carries the hash of its very body', async () => {
    const { call } = await asking(keys);
    const hash = createHash('sha256').update(call.text).digest('hex');
    expect(call.headers['x-amz-content-sha256']).toBe(hash);
  });
});

/** The host that is looked up when no endpoint is given; the look-up fails. */
async function hostOf(service: string, region: string): Promise<string | undefined> {
  const asked: string[] = [];
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((
    host: string,
    _options: object,
    answer: (error: Error) => void,
  ) => {
    asked.push(host);
    answer(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
  }) as never);
  const { endpoint: _, ...access } = accessTo('');
  await CALLS[service]?.({ ...access, region }).catch(() => undefined);
  lookup.mockRestore();
  return asked[0];
}

describe("the region's own endpoint", () => {
  it.each([
    ['dynamodb', 'us-east-1', 'dynamodb.us-east-1.amazonaws.com'],
    ['s3', 'us-east-1', 'menu.s3.us-east-1.amazonaws.com'],
    ['s3 put', 'us-east-1', 's3.us-east-1.amazonaws.com'],
    ['states', 'eu-west-1', 'states.eu-west-1.amazonaws.com'],
    ['scheduler', 'us-gov-west-1', 'scheduler.us-gov-west-1.amazonaws.com'],
    ['secretsmanager', 'cn-north-1', 'secretsmanager.cn-north-1.amazonaws.com.cn'],
    ['s3', 'eusc-de-east-1', 'menu.s3.eusc-de-east-1.amazonaws.eu'],
  ])('of %s in %s is %s', async (service, region, host) => {
    expect(await hostOf(service, region)).toBe(host);
  });
});
