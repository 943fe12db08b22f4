// The routes of the HTTP API and the shape of what they take: the single source for handlers,
// client and documents. Everything that enters is parsed here; unknown fields are refused.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId, OfferId } from '../../core/base/ids.ts';
import { MicroUsd, MicroUsdPerHour } from '../../core/base/money.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { ProviderName } from '../../core/base/providers.ts';
import { Liveness, NodeFacts } from '../../core/instance/pulse.ts';
import { Telemetry } from '../../core/instance/telemetry.ts';
import { IdleRequest } from '../requests/idle.ts';
import { costRoutes } from './billing.ts';
import { chargeRoutes } from './charges.ts';
import { accountRoutes } from './ledger.ts';
import { operations } from './operations.ts';

const HOUR_MS = 3_600_000;
const leastHours = policy.lease.minDuration / HOUR_MS;
const mostHours = policy.lease.maxDuration / HOUR_MS;

const CAP_RULE = 'must be whole micro-dollars, 1 or more';
const TRANSFER_RULE = `must be at most ${policy.transfer.maxCeiling} micro-dollars a GB`;
const CEILING_RULE = `must be 1 to ${policy.lease.maxCeiling} whole micro-dollars per hour`;

const matching = (pattern: RegExp, rule: string) => z.string().check(z.regex(pattern, rule));

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

/** One line of an OpenSSH public key. A private key starts differently and is refused. */
const SshPublicKey = matching(
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{40,1400}={0,2}( [\w@.+:-]{1,100})?$/,
  'must be one line of an OpenSSH public key such as "ssh-ed25519 AAAA... me@host"',
);

const JOB_ID = /^[\w.:/-]{0,64}$/;

const EnvName = matching(
  /^[A-Za-z_][A-Za-z0-9_]{0,63}$/,
  'must be a name of letters, digits and _, not starting with a digit',
);
const Env = z.record(EnvName, z.string().check(z.maxLength(256))).check(
  z.refine((env) => Object.keys(env).length <= 64, 'must hold at most 64 names'),
  z.refine(
    (env) => !Object.keys(env).some((name) => /^GPU_SHOPPER_(?!JOB_ID$|ON_ENDING$)/.test(name)),
    'must not use names that start with GPU_SHOPPER_, but for _JOB_ID and _ON_ENDING',
  ),
  z.refine(
    (env) => JOB_ID.test(env['GPU_SHOPPER_JOB_ID'] ?? ''),
    'must give GPU_SHOPPER_JOB_ID at most 64 letters, digits, _ . : / or -',
  ),
);

const names = (most: number) =>
  z.array(z.string().check(z.minLength(1), z.maxLength(60))).check(z.maxLength(most));
const whole = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most));

const LeaseFields = z.strictObject({
  gpuNames: z._default(names(20), []),
  gpuCount: z._default(whole(1, 16), 1),
  minVramGb: z._default(whole(0, 2_000), 0),
  countries: z._default(z.array(matching(/^[A-Z]{2}$/, 'must be two capital letters')), []),
  providers: z._default(z.array(ProviderName), []),
  diskGb: z._default(whole(8, policy.lease.maxDiskGb), policy.lease.defaultDiskGb),
  hours: z._default(
    z.number().check(z.gte(leastHours), z.lte(mostHours)),
    policy.lease.defaultDuration / HOUR_MS,
  ),
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
    MicroUsd.check(z.refine((most) => most <= policy.transfer.maxCeiling, TRANSFER_RULE)),
    policy.transfer.defaultCeiling,
  ),
  jobId: z.optional(matching(JOB_ID, 'must be at most 64 letters, digits, _ . : / or -')),
});

/** `POST /v1/leases`. Everything but the SSH key has a default. */
export const LeaseRequest = LeaseFields.check(
  z.refine(
    ({ startScript, sshPublicKey }) =>
      bytesOf(startScript) + bytesOf(sshPublicKey) <= policy.lease.maxStartScriptBytes,
    {
      path: ['startScript'],
      error: `must be at most ${policy.lease.maxStartScriptBytes} bytes with the SSH key`,
    },
  ),
  z.refine(
    ({ jobId, env }) =>
      [undefined, jobId].includes(env['GPU_SHOPPER_JOB_ID']) || jobId === undefined,
    { path: ['jobId'], error: 'must be the same as GPU_SHOPPER_JOB_ID of env' },
  ),
);
export type LeaseRequest = z.infer<typeof LeaseRequest>;

export const IdempotencyKey = matching(
  /^[A-Za-z0-9_.:-]{8,128}$/,
  'must be 8 to 128 letters, digits, _ . : or -',
);

const LeasePath = z.strictObject({ id: LeaseId });
const Nothing = z.strictObject({});
const OfferPath = z.strictObject({ id: OfferId });
const NoBody = z.nullable(Nothing);
/** Opaque: what `nextCursor` of the page before said. */
const Cursor = z.optional(z.string().check(z.maxLength(300)));

/** Query values arrive as text. */
const count = (least: number, most: number, fallback: number) =>
  z._default(
    z.pipe(
      matching(/^\d{1,9}$/, 'must be a whole number'),
      z.pipe(z.transform(Number), whole(least, most)),
    ),
    fallback,
  );

/** Who may call: a consumer by IAM, or a rented machine by its lease token. */
export type Caller = 'consumer' | 'node';

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly caller: Caller;
  readonly status: number;
};

/** Each route with the schemas of its path, query and body. */
export const routes = {
  listOffers: {
    method: 'GET',
    path: '/v1/offers',
    caller: 'consumer',
    status: 200,
    params: Nothing,
    query: z.strictObject({
      gpuName: z.optional(z.string().check(z.maxLength(60))),
      gpuCount: count(1, 16, 1),
      minVramGb: count(0, 2_000, 0),
      diskGb: count(8, policy.lease.maxDiskGb, policy.lease.defaultDiskGb),
      limit: count(1, 300, 20),
      cursor: Cursor,
    }),
    body: NoBody,
  },
  readOffer: {
    method: 'GET',
    path: '/v1/offers/{id}',
    caller: 'consumer',
    status: 200,
    params: OfferPath,
    query: z.strictObject({
      diskGb: count(8, policy.lease.maxDiskGb, policy.lease.defaultDiskGb),
    }),
    body: NoBody,
  },
  listLeases: {
    method: 'GET',
    path: '/v1/leases',
    caller: 'consumer',
    status: 200,
    params: Nothing,
    query: z.strictObject({
      consumer: z.optional(ConsumerId),
      limit: count(1, 50, 20),
      cursor: Cursor,
    }),
    body: NoBody,
  },
  requestLease: {
    method: 'POST',
    path: '/v1/leases',
    caller: 'consumer',
    status: 202,
    params: Nothing,
    query: Nothing,
    body: LeaseRequest,
  },
  readLease: {
    method: 'GET',
    path: '/v1/leases/{id}',
    caller: 'consumer',
    status: 200,
    params: LeasePath,
    query: Nothing,
    body: NoBody,
  },
  readEvents: {
    method: 'GET',
    path: '/v1/leases/{id}/events',
    caller: 'consumer',
    status: 200,
    params: LeasePath,
    query: z.strictObject({ cursor: Cursor }),
    body: NoBody,
  },
  recordHeartbeat: {
    method: 'POST',
    path: '/v1/leases/{id}/heartbeats',
    caller: 'consumer',
    status: 200,
    params: LeasePath,
    query: Nothing,
    body: z.nullable(z.strictObject({ busy: z.optional(z.boolean()) })),
  },
  releaseLease: {
    method: 'POST',
    path: '/v1/leases/{id}/release',
    caller: 'consumer',
    status: 202,
    params: LeasePath,
    query: Nothing,
    body: NoBody,
  },
  deleteLease: {
    method: 'DELETE',
    path: '/v1/leases/{id}',
    caller: 'consumer',
    status: 202,
    params: LeasePath,
    query: Nothing,
    body: NoBody,
  },
  readHealth: {
    method: 'GET',
    path: '/v1/health',
    caller: 'consumer',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: NoBody,
  },
  ...operations,
  ...chargeRoutes,
  ...accountRoutes,
  ...costRoutes,
  recordNodeHeartbeat: {
    method: 'POST',
    path: '/node/v1/heartbeats',
    caller: 'node',
    status: 200,
    params: Nothing,
    query: Nothing,
    body: z.strictObject({
      number: whole(1, Number.MAX_SAFE_INTEGER),
      facts: z._default(z.nullable(NodeFacts), null),
      telemetry: z._default(z.nullable(Telemetry), null),
    }),
  },
} as const satisfies Record<string, Route & Record<'params' | 'query' | 'body', z.ZodMiniType>>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
