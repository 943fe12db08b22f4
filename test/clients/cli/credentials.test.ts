// Where credentials come from: flag, environment and file, in the order of the AWS CLI.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCredentials, readProfile } from '../../../clients/cli/credentials.ts';
import { aHome } from './run-cli.ts';

afterEach(() => void vi.unstubAllEnvs());

const section = (name: string, id: string): string =>
  `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = ${id}-secret\n`;

/** A home folder with a shared credentials file, and the data folder of a local service. */
function places() {
  const home = aHome();
  vi.stubEnv('HOME', home);
  const [aws, data] = [join(home, '.aws'), join(home, 'data')];
  mkdirSync(aws);
  mkdirSync(data);
  writeFileSync(
    join(aws, 'credentials'),
    `${section('default', 'SHARED')}${section('work', 'WORK')}`,
  );
  writeFileSync(
    join(data, 'credentials'),
    `${section('consumer', 'CONSUMER')}${section('operator', 'OPERATOR')}`,
  );
  return { home, data };
}

const FROM_ENV = { AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 'ENV-secret' };
const LOCAL = 'http://127.0.0.1:8787';
const AWS = 'https://x.execute-api.us-east-1.amazonaws.com';

describe('credentials', () => {
  type Case = {
    readonly endpoint?: string;
    readonly profile?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly found: string;
  };
  it.each<[string, Case]>([
    ['the consumer of npm start', { found: 'CONSUMER' }],
    [
      'the consumer of npm start, by host name',
      { endpoint: 'http://localhost:1', found: 'CONSUMER' },
    ],
    ['the consumer of npm start, over IPv6', { endpoint: 'http://[::1]:1', found: 'CONSUMER' }],
    ['the operator of npm start, by flag', { profile: 'operator', found: 'OPERATOR' }],
    ['a shared profile on loopback', { profile: 'work', found: 'WORK' }],
    ['the environment before the data folder', { env: FROM_ENV, found: 'ENV' }],
    ['the flag before the environment', { profile: 'work', env: FROM_ENV, found: 'WORK' }],
    [
      'the environment before AWS_PROFILE',
      { endpoint: AWS, env: { ...FROM_ENV, AWS_PROFILE: 'work' }, found: 'ENV' },
    ],
    ['AWS_PROFILE', { endpoint: AWS, env: { AWS_PROFILE: 'work' }, found: 'WORK' }],
    ['the default profile for another endpoint', { endpoint: AWS, found: 'SHARED' }],
  ])('are %s', async (_, { endpoint = LOCAL, profile, env, found }) => {
    const { data } = places();
    const wanted = {
      endpoint: new URL(endpoint),
      profile,
      env: { GPU_SHOPPER_DATA: data, ...env },
    };
    expect(await createCredentials(wanted)()).toEqual({
      accessKeyId: found,
      secretAccessKey: `${found}-secret`,
    });
  });

  it('come only from AWS_SHARED_CREDENTIALS_FILE when it is set', async () => {
    const { home } = places();
    const file = join(home, 'mine');
    writeFileSync(file, section('default', 'MINE'));
    const env = { AWS_SHARED_CREDENTIALS_FILE: file };
    const found = await createCredentials({ endpoint: new URL(LOCAL), profile: undefined, env })();
    expect(found.accessKeyId).toBe('MINE');
    const other = { endpoint: new URL(LOCAL), profile: 'work', env };
    await expect(createCredentials(other)()).rejects.toThrow(`[work] in ${file}`);
  });

  it('include the session token of temporary credentials', async () => {
    const env = { ...FROM_ENV, AWS_SESSION_TOKEN: 'token' };
    const found = await createCredentials({ endpoint: new URL(AWS), profile: undefined, env })();
    expect(found.sessionToken).toBe('token');
  });

  it('are an error with every place when there are none', async () => {
    const { home } = places();
    const wanted = {
      endpoint: new URL(LOCAL),
      profile: 'nobody',
      env: { GPU_SHOPPER_DATA: join(home, 'data') },
    };
    const looked = `[nobody] in ${join(home, 'data', 'credentials')} or [nobody] in ${home}`;
    await expect(createCredentials(wanted)()).rejects.toThrow(looked);
  });
});

describe('the AWS credential chain', () => {
  /** A home folder whose profile `program` has a credential process. */
  function aProgram() {
    const { home } = places();
    const keys = { Version: 1, AccessKeyId: 'PROGRAM', SecretAccessKey: 'a-key' };
    const program = join(home, 'keys.mjs');
    writeFileSync(program, `console.log(${JSON.stringify(JSON.stringify(keys))})`);
    const line = `credential_process = ${process.execPath} ${program}`;
    writeFileSync(join(home, '.aws', 'config'), `[profile program]\n${line}\n`);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_CONFIG_FILE', undefined);
  }

  it('runs the credential process of a profile', async () => {
    aProgram();
    const wanted = { endpoint: new URL(AWS), profile: 'program', env: {} };
    const credentials = createCredentials(wanted);
    expect(await credentials()).toEqual({ accessKeyId: 'PROGRAM', secretAccessKey: 'a-key' });
  });

  it('reports why it finds no credentials', async () => {
    aProgram();
    const wanted = { endpoint: new URL(AWS), profile: 'nobody', env: {} };
    await expect(createCredentials(wanted)()).rejects.toThrow(
      /no credentials: .*\[nobody\].*; the AWS credential chain failed: \S/,
    );
  });

  it('is not used for a local service', async () => {
    aProgram();
    const wanted = { endpoint: new URL(LOCAL), profile: 'program', env: {} };
    await expect(createCredentials(wanted)()).rejects.toThrow('no credentials');
  });
});

describe('a credentials file', () => {
  it('is parsed as the AWS CLI parses it', () => {
    const text = [
      '# comment',
      'stray = 1',
      '[ one ]',
      '; comment',
      'AWS_Access_Key_Id=A',
      '  aws_secret_access_key =  s=/+e ',
      '[two]',
      'aws_access_key_id = B',
      '[one]',
      'aws_session_token = T',
    ].join('\r\n');
    expect([...(readProfile(text, 'one') ?? [])]).toEqual([
      ['aws_access_key_id', 'A'],
      ['aws_secret_access_key', 's=/+e'],
      ['aws_session_token', 'T'],
    ]);
    expect(readProfile(text, 'three')).toBe(null);
  });
});
