// Finds the credentials that sign requests: in flags, the environment, files and the SDK's chain,
// in the order of the AWS CLI, and for a loopback endpoint in the data folder of `npm start`. It
// never prints a secret or a line of a credentials file.

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../client/transport.ts';
import { usage } from './exit-codes.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type Wanted = {
  readonly endpoint: URL;
  /** The value of --profile, which overrides the environment. */
  readonly profile: string | undefined;
  readonly env: Environment;
};

type Place = { readonly file: string; readonly profile: string };

/**
 * The settings of one profile of a file in AWS's format; null when the file has no such profile.
 */
export function readProfile(text: string, profile: string): ReadonlyMap<string, string> | null {
  let found: Map<string, string> | null = null;
  let inside = false;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    const [, name, value] = /^\s*([^#;=[\s][^=\s]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (section !== undefined) {
      inside = section === profile;
      if (inside) found ??= new Map();
    } else if (inside && name !== undefined && value !== undefined) {
      found?.set(name.toLowerCase(), value);
    }
  }
  return found;
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The file is missing or not readable: try the next one.
    return null;
  }
}

function fromPlace({ file, profile }: Place): Credentials | null {
  const settings = readProfile(textOf(file) ?? '', profile);
  const accessKeyId = settings?.get('aws_access_key_id');
  const secretAccessKey = settings?.get('aws_secret_access_key');
  const sessionToken = settings?.get('aws_session_token');
  if (accessKeyId === undefined || secretAccessKey === undefined) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

function fromEnvironment(env: Environment): Credentials | null {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = env['AWS_SESSION_TOKEN'];
  if (!accessKeyId || !secretAccessKey) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);

/** The places to look in, in order of precedence. */
function placesOf({ endpoint, profile, env }: Wanted): readonly Place[] {
  const named = profile ?? env['AWS_PROFILE'];
  const shared = env['AWS_SHARED_CREDENTIALS_FILE'];
  if (shared) return [{ file: shared, profile: named ?? 'default' }];
  const home = join(homedir(), '.aws', 'credentials');
  const local = join(env['GPU_SHOPPER_DATA'] || '.gpu-shopper', 'credentials');
  return [
    ...(isLoopback(endpoint) ? [{ file: local, profile: named ?? 'consumer' }] : []),
    { file: home, profile: named ?? 'default' },
  ];
}

/** The keys in the environment or in a credentials file. */
function findKeys(wanted: Wanted): Credentials | null {
  const given = wanted.profile === undefined ? fromEnvironment(wanted.env) : null;
  if (given !== null) return given;
  for (const place of placesOf(wanted)) {
    const found = fromPlace(place);
    if (found !== null) return found;
  }
  return null;
}

function missing(wanted: Wanted): string {
  const places = placesOf(wanted).map(({ file, profile }) => `[${profile}] in ${file}`);
  const profiles = places.join(' or ');
  return `no credentials: AWS_ACCESS_KEY_ID is not set, and there is no profile ${profiles}`;
}

/** The SDK's default chain: SSO, roles, credential processes, EC2 instance metadata. */
async function openChain({ profile }: Wanted): Promise<() => Promise<Credentials>> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider(profile === undefined ? {} : { profile });
}

/**
 * Returns a function that finds credentials for each signature, so that temporary ones are renewed.
 * The function ends the command with the places it looked in when there are none.
 */
export function createCredentials(wanted: Wanted): () => Promise<Credentials> {
  let chain: (() => Promise<Credentials>) | undefined;
  return async () => {
    const found = findKeys(wanted);
    if (found !== null) return found;
    // A local service accepts only the credentials of its own file.
    if (isLoopback(wanted.endpoint)) return usage(missing(wanted));
    chain ??= await openChain(wanted);
    try {
      const { accessKeyId, secretAccessKey, sessionToken } = await chain();
      return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown error';
      return usage(`${missing(wanted)}; the AWS credential chain failed: ${reason}`);
    }
  };
}
