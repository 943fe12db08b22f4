// Routes of leases, and the schema of a lease request.

import * as z from 'zod/mini';
import { ConsumerId } from '../../core/base/ids.ts';
import { MicroUsd, MicroUsdPerHour } from '../../core/base/money.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { ProviderName } from '../../core/base/providers.ts';
import { hours, minutes } from '../../core/base/time.ts';
import { Liveness } from '../../core/instance/pulse.ts';
import {
  Cursor,
  hoursUpTo,
  Instant,
  LeasePath,
  limit,
  matching,
  NoBody,
  Nothing,
  textOf,
  Why,
  whole,
} from './fields.ts';

const HOUR_MS = hours(1);
const MINUTE_MS = minutes(1);

const CAP_RULE = 'must be whole micro-dollars, 1 or more';
const TRANSFER_RULE = `must be at most ${policy.transfer.maxCeiling} whole micro-dollars per GB`;
const CEILING_RULE = `must be 1 to ${policy.lease.maxCeiling} whole micro-dollars per hour`;

/** A Docker image reference: registry, path, tag or digest; no spaces, no shell characters. */
const Image = matching(
  /^[a-z0-9][A-Za-z0-9._/-]{0,200}(:[A-Za-z0-9._-]{1,128})?(@sha256:[0-9a-f]{64})?$/,
  'must be a Docker image such as nvidia/cuda:12.6.3-runtime-ubuntu22.04',
);

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

const StartScript = z
  .string()
  .check(
    z.refine(
      (script) => bytesOf(script) <= policy.lease.maxStartScriptBytes,
      `must be at most ${policy.lease.maxStartScriptBytes} bytes`,
    ),
  );

/** One line of an OpenSSH public key. The pattern matches no private key. */
const SshPublicKey = matching(
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{40,1400}={0,2}( [\w@.+:-]{1,100})?$/,
  'must be one line of an OpenSSH public key such as "ssh-ed25519 AAAA... me@host"',
);

const JOB_ID = /^[\w.:/-]{0,64}$/;

const EnvName = matching(
  /^[A-Za-z_][A-Za-z0-9_]{0,63}$/,
  'must be a name of letters, digits and _, not starting with a digit',
);
const Env = z.record(EnvName, textOf(0, 256)).check(
  z.refine((env) => Object.keys(env).length <= 64, 'must have at most 64 names'),
  z.refine(
    (env) => !Object.keys(env).some((name) => /^GPU_SHOPPER_(?!JOB_ID$|ON_ENDING$)/.test(name)),
    'must not have names that start with GPU_SHOPPER_, except GPU_SHOPPER_JOB_ID and ' +
      'GPU_SHOPPER_ON_ENDING',
  ),
  z.refine(
    (env) => JOB_ID.test(env['GPU_SHOPPER_JOB_ID'] ?? ''),
    'must have a GPU_SHOPPER_JOB_ID of at most 64 letters, digits, _ . : / or -',
  ),
);

/**
 * When the lease is idle: all given signals are quiet for the whole window. There is no default:
 * without it, the service never checks idleness.
 */
const IdleRequest = z
  .strictObject({
    gpuPercentBelow: z.optional(whole(1, 100)),
    networkKbpsBelow: z.optional(whole(1, 100_000_000)),
    app: z.optional(z.literal(true)),
    windowMinutes: whole(policy.idle.minWindow / MINUTE_MS, policy.idle.maxWindow / MINUTE_MS),
    action: z.enum(['warn', 'end']),
  })
  .check(
    z.refine(
      ({ gpuPercentBelow, networkKbpsBelow, app }) =>
        [gpuPercentBelow, networkKbpsBelow, app].some((signal) => signal !== undefined),
      'must have at least one of gpuPercentBelow, networkKbpsBelow and app',
    ),
  );
export type IdleRequest = z.infer<typeof IdleRequest>;

const names = (max: number) => z.array(textOf(1, 60)).check(z.maxLength(max));

const LeaseFields = z.strictObject({
  gpuNames: z._default(names(20), []),
  gpuCount: z._default(whole(1, 16), 1),
  minVramGb: z._default(whole(0, 2_000), 0),
  countries: z._default(
    z.array(matching(/^[A-Z]{2}$/, 'must be a country code of two capital letters')),
    [],
  ),
  providers: z._default(z.array(ProviderName), []),
  diskGb: z._default(whole(8, policy.lease.maxDiskGb), policy.lease.defaultDiskGb),
  hours: z._default(hoursUpTo(policy.lease.maxDuration), policy.lease.defaultDuration / HOUR_MS),
  ceilingMicroUsdPerHour: z._default(
    MicroUsdPerHour.check(
      z.refine((rate) => rate >= 1 && rate <= policy.lease.maxCeiling, CEILING_RULE),
    ),
    policy.lease.defaultCeiling,
  ),
  silenceLimitSeconds: z._default(
    whole(policy.lease.minSilence / 1_000, policy.lease.maxSilence / 1_000),
    policy.lease.defaultSilence / 1_000,
  ),
  liveness: z._default(Liveness, 'auto'),
  idle: z.optional(IdleRequest),
  image: z._default(Image, 'nvidia/cuda:12.6.3-runtime-ubuntu22.04'),
  startScript: z._default(StartScript, ''),
  sshPublicKey: SshPublicKey,
  env: z._default(Env, {}),
  spendCapMicroUsd: z._default(
    z.nullable(MicroUsd.check(z.refine((cap) => cap >= 1, CAP_RULE))),
    null,
  ),
  transferGb: z._default(whole(0, policy.transfer.maxGb), policy.transfer.defaultGb),
  transferCeilingMicroUsdPerGb: z._default(
    MicroUsd.check(z.refine((rate) => rate <= policy.transfer.maxCeiling, TRANSFER_RULE)),
    policy.transfer.defaultCeiling,
  ),
  requireTransferReports: z._default(z.boolean(), false),
  selfEnding: z._default(z.boolean(), false),
  jobId: z.optional(matching(JOB_ID, 'must be at most 64 letters, digits, _ . : / or -')),
});

/** The body of `POST /v1/leases`. Every field but the SSH key has a default. */
export const LeaseRequest = LeaseFields.check(
  z.refine(
    ({ startScript, sshPublicKey }) =>
      bytesOf(startScript) + bytesOf(sshPublicKey) <= policy.lease.maxStartScriptBytes,
    {
      path: ['startScript'],
      error: `must be at most ${policy.lease.maxStartScriptBytes} bytes together with sshPublicKey`,
    },
  ),
  z.refine(
    ({ jobId, env }) =>
      [undefined, jobId].includes(env['GPU_SHOPPER_JOB_ID']) || jobId === undefined,
    { path: ['jobId'], error: 'must equal GPU_SHOPPER_JOB_ID in env' },
  ),
);
export type LeaseRequest = z.infer<typeof LeaseRequest>;

/** `until` is safe to repeat; `hours` are added to the end and need an Idempotency-Key. */
export const ExtendRequest = z
  .strictObject({
    until: z.optional(Instant),
    hours: z.optional(z.pipe(hoursUpTo(policy.extension.maxApproved), z.transform(hours))),
  })
  .check(
    z.refine(
      (request) => (request.until === undefined) !== (request.hours === undefined),
      'must have either until or hours',
    ),
  );
export type ExtendRequest = z.infer<typeof ExtendRequest>;

export const leaseRoutes = {
  listLeases: {
    method: 'GET',
    path: '/v1/leases',
    handledBy: 'api-leases',
    access: 'consumer',
    status: 200,
    params: Nothing,
    query: z.strictObject({
      consumer: z.optional(ConsumerId),
      limit: limit(50, 20),
      cursor: Cursor,
    }),
    body: NoBody,
  },
  requestLease: {
    method: 'POST',
    path: '/v1/leases',
    handledBy: 'api-leases',
    access: 'consumer',
    status: 202,
    params: Nothing,
    query: Nothing,
    body: LeaseRequest,
  },
  readLease: {
    method: 'GET',
    path: '/v1/leases/{id}',
    handledBy: 'api-leases',
    access: 'consumer',
    status: 200,
    params: LeasePath,
    query: Nothing,
    body: NoBody,
  },
  readEvents: {
    method: 'GET',
    path: '/v1/leases/{id}/events',
    handledBy: 'api-leases',
    access: 'consumer',
    status: 200,
    params: LeasePath,
    query: z.strictObject({ cursor: Cursor }),
    body: NoBody,
  },
  extendLease: {
    method: 'POST',
    path: '/v1/leases/{id}/extend',
    handledBy: 'api-leases',
    access: 'consumer',
    status: 200,
    params: LeasePath,
    query: Nothing,
    body: ExtendRequest,
  },
  approveExtension: {
    method: 'POST',
    path: '/v1/leases/{id}/approve-extension',
    handledBy: 'api-leases',
    access: 'operator',
    status: 200,
    params: LeasePath,
    query: Nothing,
    body: z.strictObject({ until: Instant, why: Why }),
  },
  attestLease: {
    method: 'POST',
    path: '/v1/leases/{id}/attest',
    handledBy: 'api-leases',
    access: 'operator',
    status: 200,
    params: LeasePath,
    query: Nothing,
    body: z.strictObject({ why: Why }),
  },
  releaseLease: {
    method: 'POST',
    path: '/v1/leases/{id}/release',
    handledBy: 'api-leases',
    access: 'consumer',
    status: 202,
    params: LeasePath,
    query: Nothing,
    body: NoBody,
  },
  deleteLease: {
    method: 'DELETE',
    path: '/v1/leases/{id}',
    handledBy: 'api-leases',
    access: 'consumer',
    status: 202,
    params: LeasePath,
    query: Nothing,
    body: NoBody,
  },
} as const;
