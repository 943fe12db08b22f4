// The endpoints and credentials of the AWS clients.

import dns from 'node:dns';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AwsAccess } from '../../../../shared/adapters/aws/client-config.ts';
import { connect } from '../../../../shared/adapters/dynamodb/client.ts';
import { openTable } from '../../../../shared/adapters/dynamodb/table.ts';
import { createS3Blobs } from '../../../../shared/adapters/s3-blobs.ts';
import { createScheduler } from '../../../../shared/adapters/scheduler.ts';
import { createSecrets } from '../../../../shared/adapters/secrets.ts';
import { createStepFunctions } from '../../../../shared/adapters/step-functions.ts';
import { aDeployment, aLeaseId } from '../../../support/builders/base.ts';
import { accessTo, ok, startAwsWire } from '../aws-wire.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const arns = { targetArn: 'arn:t', roleArn: 'arn:r', deadLetterArn: 'arn:d' };
const schedule = { deployment: aDeployment, group: 'leases', ...arns };

/** A call of each adapter. */
const CALLS: Readonly<Record<string, (access: AwsAccess) => Promise<unknown>>> = {
  dynamodb: (access) => openTable(connect(access), 'leases').get({ pk: 'a', sk: 'b' }),
  s3: (access) => createS3Blobs({ ...access, bucket: 'menu' }).get('a'),
  's3 dotted': (access) => createS3Blobs({ ...access, bucket: 'a.dotted.bucket' }).get('a'),
  states: (access) => createStepFunctions({ ...access, stateMachineArn: 'a:b' }).wake('token'),
  scheduler: (access) => createScheduler({ ...access, ...schedule }).disarm(aLeaseId()),
  secretsmanager: (access) => createSecrets(access).read('arn:aws:secretsmanager:x'),
};

/** The host that a call without an endpoint resolves; the name lookup fails. */
async function hostOf(name: string, region: string): Promise<string | undefined> {
  const hosts: string[] = [];
  vi.spyOn(Math, 'random').mockReturnValue(0);
  vi.spyOn(dns, 'lookup').mockImplementation(((
    host: string,
    _options: object,
    answer: (error: Error) => void,
  ) => {
    hosts.push(host);
    answer(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
  }) as never);
  const { endpoint: _, ...access } = accessTo('');
  await CALLS[name]?.({ ...access, region }).catch(() => undefined);
  return hosts[0];
}

describe("the region's own endpoint", () => {
  it.each([
    ['dynamodb', 'us-east-1', 'dynamodb.us-east-1.amazonaws.com'],
    ['s3', 'us-east-1', 'menu.s3.us-east-1.amazonaws.com'],
    ['s3 dotted', 'us-east-1', 's3.us-east-1.amazonaws.com'],
    ['states', 'eu-west-1', 'states.eu-west-1.amazonaws.com'],
    ['scheduler', 'us-gov-west-1', 'scheduler.us-gov-west-1.amazonaws.com'],
    ['secretsmanager', 'cn-north-1', 'secretsmanager.cn-north-1.amazonaws.com.cn'],
  ])('of %s in %s is %s', async (name, region, host) => {
    expect(await hostOf(name, region)).toBe(host);
  });
});

/** A folder like ~/.aws, whose profile `work` gets its keys from a program. */
function aProfile() {
  const folder = mkdtempSync(join(tmpdir(), 'gpu-shopper-profile-'));
  const keys = { Version: 1, AccessKeyId: 'AKIDPROGRAM', SecretAccessKey: 'a-key' };
  const program = join(folder, 'keys.mjs');
  writeFileSync(program, `console.log(${JSON.stringify(JSON.stringify(keys))})`);
  const config = join(folder, 'config');
  writeFileSync(config, `[profile work]\ncredential_process = ${process.execPath} ${program}\n`);
  vi.stubEnv('AWS_CONFIG_FILE', config);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  return { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The key that signs a call; the message of the outcome when nothing is sent. */
async function signedBy(credentials: AwsAccess['credentials']): Promise<string | undefined> {
  await using wire = await startAwsWire(ok({ SecretString: 'x' }));
  const read = createSecrets({ ...accessTo(wire.endpoint), credentials }).read('arn:x');
  const outcome = await read.catch((error: Error) => error.message);
  const [call] = wire.calls;
  return call === undefined
    ? String(outcome)
    : /Credential=(\w+)/.exec(call.authorization ?? '')?.[1];
}

describe('credentials', () => {
  it('are the given ones', async () => {
    using _ = aProfile();
    vi.stubEnv('AWS_PROFILE', 'work');
    const given = { accessKeyId: 'AKIDGIVEN', secretAccessKey: 'a-key' };
    expect(await signedBy(given)).toBe('AKIDGIVEN');
  });

  it('are otherwise found by the chain of the SDK, such as a credential process', async () => {
    using _ = aProfile();
    vi.stubEnv('AWS_PROFILE', 'work');
    expect(await signedBy(undefined)).toBe('AKIDPROGRAM');
  });

  it('that are missing fail the call before it is sent', async () => {
    using _ = aProfile();
    vi.stubEnv('AWS_PROFILE', undefined);
    expect(await signedBy(undefined)).toContain('Secrets Manager: CredentialsProviderError');
  });
});
