// Makes the request body from the flags of `lease`. It reads the files and variables that the flags
// name, refuses private keys, and never repeats a value of --env.

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { microUsd } from '../../shared/core/base/money.ts';
import { minutes } from '../../shared/core/base/time.ts';
import type { Body } from '../client/replies.ts';
import { usage } from './exit-codes.ts';
import { type IdleOptions, idleOf } from './idle-options.ts';
import { dollarsOf } from './limit-options.ts';
import { ceilingOf, numberOf } from './options.ts';

type Wanted = Body<'requestLease'>;

export type LeaseOptions = IdleOptions & {
  readonly gpu: readonly string[];
  readonly country: readonly string[];
  readonly provider: readonly NonNullable<Wanted['providers']>[number][];
  readonly env: readonly string[];
  readonly count?: string;
  readonly vram?: string;
  readonly disk?: string;
  readonly hours?: string;
  readonly ceiling?: string;
  readonly silence?: string;
  readonly liveness?: Wanted['liveness'];
  readonly image?: string;
  readonly startScript?: string;
  readonly sshKey?: string;
  readonly spendCap?: string;
  readonly transferGb?: string;
  readonly maxTransferPrice?: string;
  readonly requireTransferReports?: boolean;
  readonly selfEnding?: boolean;
  readonly job?: string;
};

/** The default keys of ssh-keygen, in OpenSSH's order of preference. */
const USUAL_KEYS = ['id_ed25519.pub', 'id_rsa.pub'];

function readText(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return usage(`${flag}: can't read ${file}`);
  }
}

function usualKey(): string {
  const files = USUAL_KEYS.map((name) => join(homedir(), '.ssh', name));
  const found = files.find((file) => existsSync(file));
  return (
    found ?? usage(`no SSH key: give one with --ssh-key, or create ${files[0]} with ssh-keygen`)
  );
}

/** The public key in `file` without its comment, which may name the user and the host. */
export function publicKeyOf(file: string): string {
  const text = readText('--ssh-key', file);
  if (text.includes('PRIVATE KEY')) {
    return usage(`--ssh-key: ${file} is a private key: give the public key, such as ${file}.pub`);
  }
  const [type = '', key = ''] = text.trim().split(/\s+/);
  return `${type} ${key}`;
}

/** From NAME=VALUE, or from NAME, which takes the value from the environment. */
export function variablesOf(
  given: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const pairs = given.map((text, index) => {
    const at = text.indexOf('=');
    const name = at < 0 ? text : text.slice(0, at);
    const value = at < 0 ? env[name] : text.slice(at + 1);
    const nth = `--env number ${index + 1}`;
    if (name === '') return usage(`${nth} must be NAME=VALUE or NAME`);
    // The message doesn't repeat the name: it may be a value that was typed in the wrong place.
    return [
      name,
      value ?? usage(`${nth} names a variable that is not set in this environment`),
    ] as const;
  });
  return Object.fromEntries(pairs);
}

function silenceOf(text: string | undefined): number | undefined {
  const given = numberOf('--silence', text);
  return given === undefined ? undefined : Math.round(minutes(given) / 1_000);
}

const optionalDollars = (flag: string, text: string | undefined) =>
  text === undefined ? undefined : microUsd(dollarsOf(flag, text));

/** The limits of the cost beside the ceiling, and the job. */
const costOf = ({ spendCap, transferGb, maxTransferPrice, job }: LeaseOptions) => ({
  spendCapMicroUsd: optionalDollars('--spend-cap', spendCap),
  transferGb: numberOf('--transfer-gb', transferGb),
  transferCeilingMicroUsdPerGb: optionalDollars('--max-transfer-price', maxTransferPrice),
  jobId: job,
});

/** The request body; the service sets the defaults. Ends the command on usage. */
export function leaseRequestOf(
  options: LeaseOptions,
  env: Readonly<Record<string, string | undefined>>,
): Wanted {
  const { gpu, country, provider, startScript, image, sshKey, liveness } = options;
  return {
    gpuNames: [...gpu],
    countries: country.map((code) => code.toUpperCase()),
    providers: provider.length === 0 ? undefined : [...provider],
    gpuCount: numberOf('--count', options.count),
    minVramGb: numberOf('--vram', options.vram),
    diskGb: numberOf('--disk', options.disk),
    hours: numberOf('--hours', options.hours),
    ceilingMicroUsdPerHour: ceilingOf(options.ceiling),
    silenceLimitSeconds: silenceOf(options.silence),
    liveness,
    idle: idleOf(options),
    image,
    startScript: startScript === undefined ? undefined : readText('--start-script', startScript),
    sshPublicKey: publicKeyOf(sshKey ?? usualKey()),
    env: variablesOf(options.env, env),
    requireTransferReports: options.requireTransferReports,
    selfEnding: options.selfEnding,
    ...costOf(options),
  };
}
