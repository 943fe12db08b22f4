// The credentials file of the local service, in AWS's own format, so that every AWS tool reads it.
// Each profile also names the IAM identity of its key. The service uses the secrets only to verify
// signatures.

import { randomBytes } from 'node:crypto';
import { Failure } from '../../shared/core/base/failure.ts';
import { readOrCreate } from '../files/private-file.ts';
import type { AccessKey } from './sigv4.ts';

const ACCOUNT = '000000000000';
/** The operator, who can read every lease: its ARN, and its name as a consumer. */
const OPERATOR_ARN = `arn:aws:iam::${ACCOUNT}:user/operator`;
export const OPERATOR = `${ACCOUNT}/user/operator`;

const profile = (name: string, userArn: string): string =>
  [
    `[${name}]`,
    `aws_access_key_id = AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    `aws_secret_access_key = ${randomBytes(30).toString('base64url')}`,
    `user_arn = ${userArn}`,
    '',
  ].join('\n');

const createText = (): string =>
  [profile('consumer', `arn:aws:iam::${ACCOUNT}:user/you`), profile('operator', OPERATOR_ARN)].join(
    '\n',
  );

/** The settings of each profile, in order. Any other line is a comment. */
function profilesOf(text: string): ReadonlyMap<string, string>[] {
  const profiles: Map<string, string>[] = [];
  for (const line of text.split('\n')) {
    const heading = /^\s*\[([^\]]+)\]\s*$/.exec(line)?.[1];
    if (heading !== undefined) profiles.push(new Map([['name', heading]]));
    const [, name, value] = /^\s*([a-z_]+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) profiles.at(-1)?.set(name, value);
  }
  return profiles;
}

function keyOf(settings: ReadonlyMap<string, string>, path: string): [string, AccessKey] {
  const get = (name: string): string => {
    const value = settings.get(name);
    const message = `${path}: profile ${settings.get('name')} has no ${name}`;
    if (value === undefined) throw new Failure('BadConfig', message, { field: name });
    return value;
  };
  const sessionToken = settings.get('aws_session_token') ?? null;
  const secretAccessKey = get('aws_secret_access_key');
  return [get('aws_access_key_id'), { secretAccessKey, sessionToken, userArn: get('user_arn') }];
}

/** Reads credentials in AWS's format, each profile with its `user_arn`. Throws BadConfig. */
export function parseCredentials(text: string, path: string): ReadonlyMap<string, AccessKey> {
  return new Map(profilesOf(text).map((settings) => keyOf(settings, path)));
}

/**
 * The access keys in the file. The first start creates it with new keys: profile `consumer`, then
 * `operator`. Throws BadConfig for an incomplete profile.
 */
export async function openCredentials(path: string): Promise<ReadonlyMap<string, AccessKey>> {
  return parseCredentials(await readOrCreate(path, createText), path);
}
