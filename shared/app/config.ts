// The only reader of the environment. Parsed once at start; what is missing or malformed stops the
// start with the variable's name and what is allowed.

import * as z from 'zod/mini';
import type { AwsCredentials } from '../adapters/aws/client-config.ts';
import { ConsumerId, DeploymentId } from '../core/base/ids.ts';
import { ProviderName } from '../core/base/providers.ts';
import { AccountLimits, type Threshold } from '../core/ledger/account.ts';
import { enabledProviders, providerSecretsIn, providersIn } from './provider-access.ts';
import { parseVariables, refuse, text, url, type Variables } from './variables.ts';

const whole = z.pipe(
  z.string().check(z.regex(/^\d{1,15}$/, 'must be a whole number')),
  z.transform(Number),
);
const hexKey = z
  .string()
  .check(z.regex(/^[0-9a-f]{64,128}$/, 'must be 64 to 128 lower-case hex digits'));

/** Consumers, separated by spaces. */
const consumers = z.pipe(
  z.string(),
  z.pipe(
    z.transform((list: string) => list.split(/\s+/).filter(Boolean)),
    z.array(ConsumerId),
  ),
);

/** Separated by commas: names of GPUs hold spaces. */
const listed = z.pipe(
  z.string(),
  z.transform((list: string) =>
    list
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  ),
);

const enabled = z.pipe(listed, z.array(ProviderName).check(z.minLength(1, 'must name a provider')));

/** A notification at half of the monthly budget, near its end, and at its end. */
const THRESHOLDS: Threshold[] = [50, 80, 100].map((percent) => ({
  percent,
  action: 'notify',
}));

/** Such as `50:notify 80:freeze 100:end`. */
const thresholds = z.pipe(
  z
    .string()
    .check(
      z.regex(
        /^(\s*\d{1,4}:(notify|freeze|end))*\s*$/,
        'must be such as 50:notify 80:freeze 100:end',
      ),
    ),
  z.pipe(
    z.transform((list: string) =>
      [...list.matchAll(/(\d+):(\w+)/g)].map(([, percent, action]) => ({
        percent: Number(percent),
        action,
      })),
    ),
    AccountLimits.shape.thresholds,
  ),
);

const Environment = z.object({
  GPU_SHOPPER_DEPLOYMENT_ID: DeploymentId,
  GPU_SHOPPER_TAG_KEY: z.optional(hexKey),
  GPU_SHOPPER_TAG_KEY_PREVIOUS: z.optional(hexKey),
  GPU_SHOPPER_TAG_KEY_SECRET_ARN: z.optional(text),
  GPU_SHOPPER_CURSOR_KEY: z.optional(hexKey),
  GPU_SHOPPER_CURSOR_KEY_SECRET_ARN: z.optional(text),
  GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: z._default(whole, 100_000_000),
  GPU_SHOPPER_MAX_RATE_MICRO_USD_PER_HOUR: z._default(whole, 10_000_000),
  GPU_SHOPPER_MAX_OPEN_LEASES: z._default(whole, 10),
  GPU_SHOPPER_MAX_LEASE_MICRO_USD: z.optional(whole),
  GPU_SHOPPER_ENABLED_PROVIDERS: z.optional(enabled),
  GPU_SHOPPER_PROVIDERS: z._default(listed, []),
  GPU_SHOPPER_GPU_NAMES: z._default(listed, []),
  GPU_SHOPPER_THRESHOLDS: z._default(thresholds, THRESHOLDS),
  GPU_SHOPPER_NODE_URL: z.optional(url),
  GPU_SHOPPER_OPERATORS: z._default(consumers, []),
  GPU_SHOPPER_LEASES_TABLE: z._default(text, 'leases'),
  GPU_SHOPPER_LEDGER_TABLE: z._default(text, 'ledger'),
  GPU_SHOPPER_INVENTORY_TABLE: z._default(text, 'inventory'),
  GPU_SHOPPER_LIVE_TABLE: z._default(text, 'live'),
  GPU_SHOPPER_SNAPSHOT_BUCKET: z._default(text, 'snapshots'),
  GPU_SHOPPER_STATE_MACHINE_ARN: z.optional(text),
  GPU_SHOPPER_WORK_QUEUE_URL: z.optional(url),
  GPU_SHOPPER_LIST_QUEUE_URL: z.optional(url),
  GPU_SHOPPER_SCHEDULE_GROUP: z.optional(text),
  GPU_SHOPPER_SCHEDULE_TARGET_ARN: z.optional(text),
  GPU_SHOPPER_SCHEDULE_ROLE_ARN: z.optional(text),
  GPU_SHOPPER_SCHEDULE_DLQ_ARN: z.optional(text),
  AWS_REGION: z._default(text, 'us-east-1'),
  AWS_ENDPOINT_URL: z.optional(url),
  AWS_ENDPOINT_URL_DYNAMODB: z.optional(url),
  AWS_ENDPOINT_URL_LAMBDA: z.optional(url),
  AWS_ENDPOINT_URL_S3: z.optional(url),
  AWS_ENDPOINT_URL_SCHEDULER: z.optional(url),
  AWS_ENDPOINT_URL_SECRETS_MANAGER: z.optional(url),
  AWS_ENDPOINT_URL_SFN: z.optional(url),
  AWS_ENDPOINT_URL_SQS: z.optional(url),
});
type Environment = z.infer<typeof Environment>;

/** Which limit of a new account an environment variable sets. */
const LIMITS = {
  monthlyBudgetMicroUsd: 'GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD',
  maxRateMicroUsdPerHour: 'GPU_SHOPPER_MAX_RATE_MICRO_USD_PER_HOUR',
  maxOpenLeases: 'GPU_SHOPPER_MAX_OPEN_LEASES',
  maxLeaseMicroUsd: 'GPU_SHOPPER_MAX_LEASE_MICRO_USD',
  providers: 'GPU_SHOPPER_PROVIDERS',
  gpuNames: 'GPU_SHOPPER_GPU_NAMES',
  thresholds: 'GPU_SHOPPER_THRESHOLDS',
} as const;

function limitsOf(env: Environment): AccountLimits {
  const limits = AccountLimits.safeParse({
    monthlyBudgetMicroUsd: env[LIMITS.monthlyBudgetMicroUsd],
    maxRateMicroUsdPerHour: env[LIMITS.maxRateMicroUsdPerHour],
    maxOpenLeases: env[LIMITS.maxOpenLeases],
    // One lease may take the whole budget unless the settings say otherwise.
    maxLeaseMicroUsd: env[LIMITS.maxLeaseMicroUsd] ?? env[LIMITS.monthlyBudgetMicroUsd],
    providers: env[LIMITS.providers],
    gpuNames: env[LIMITS.gpuNames],
    thresholds: env[LIMITS.thresholds],
  });
  if (limits.success) return limits.data;
  const [issue] = limits.error.issues;
  const at = Object.entries(LIMITS).find(([field]) => field === issue?.path[0]);
  return refuse(at?.[1] ?? 'limits', issue?.message ?? 'is out of bounds');
}

/** The settings of a deployment. Keys are secret: this object is never logged. */
export type Config = ReturnType<typeof readConfig>;

/**
 * Reads the configuration from `environment`, by default the process's own environment, and `keys`,
 * which are variables that a deployed function reads from secrets. Throws BadConfig.
 */
export function readConfig(environment: Variables = process.env, keys: Variables = {}) {
  const source = { ...environment, ...keys };
  const env = parseVariables(Environment, source);
  const providers = providersIn(source);
  return {
    deployment: env.GPU_SHOPPER_DEPLOYMENT_ID,
    tagKey: env.GPU_SHOPPER_TAG_KEY,
    tagKeyPrevious: env.GPU_SHOPPER_TAG_KEY_PREVIOUS,
    cursorKey: env.GPU_SHOPPER_CURSOR_KEY,
    /** The secrets that hold a variable's value, by the variable's name. */
    secretArns: {
      GPU_SHOPPER_TAG_KEY: env.GPU_SHOPPER_TAG_KEY_SECRET_ARN,
      GPU_SHOPPER_CURSOR_KEY: env.GPU_SHOPPER_CURSOR_KEY_SECRET_ARN,
    },
    /** The secret that holds all keys of a provider, by the provider's name. */
    providerSecretArns: providerSecretsIn(source),
    limits: limitsOf(env),
    operators: env.GPU_SHOPPER_OPERATORS,
    nodeUrl: env.GPU_SHOPPER_NODE_URL,
    region: env.AWS_REGION,
    /** Where services of AWS are, when they aren't the region's own: named as in its SDKs. */
    endpoints: {
      dynamodb: env.AWS_ENDPOINT_URL_DYNAMODB ?? env.AWS_ENDPOINT_URL,
      lambda: env.AWS_ENDPOINT_URL_LAMBDA ?? env.AWS_ENDPOINT_URL,
      s3: env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL,
      scheduler: env.AWS_ENDPOINT_URL_SCHEDULER ?? env.AWS_ENDPOINT_URL,
      secrets: env.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? env.AWS_ENDPOINT_URL,
      workflow: env.AWS_ENDPOINT_URL_SFN ?? env.AWS_ENDPOINT_URL,
      sqs: env.AWS_ENDPOINT_URL_SQS ?? env.AWS_ENDPOINT_URL,
    },
    tables: {
      leases: env.GPU_SHOPPER_LEASES_TABLE,
      ledger: env.GPU_SHOPPER_LEDGER_TABLE,
      inventory: env.GPU_SHOPPER_INVENTORY_TABLE,
      live: env.GPU_SHOPPER_LIVE_TABLE,
    },
    snapshotBucket: env.GPU_SHOPPER_SNAPSHOT_BUCKET,
    queueUrls: {
      'work-provider': env.GPU_SHOPPER_WORK_QUEUE_URL,
      'work-list': env.GPU_SHOPPER_LIST_QUEUE_URL,
    },
    stateMachineArn: env.GPU_SHOPPER_STATE_MACHINE_ARN,
    schedule: {
      group: env.GPU_SHOPPER_SCHEDULE_GROUP,
      targetArn: env.GPU_SHOPPER_SCHEDULE_TARGET_ARN,
      roleArn: env.GPU_SHOPPER_SCHEDULE_ROLE_ARN,
      dlqArn: env.GPU_SHOPPER_SCHEDULE_DLQ_ARN,
    },
    /** How to reach each provider that there are keys of. */
    providers,
    /** The providers that are leased from: what is shown, swept and frozen. */
    enabledProviders: enabledProviders(env.GPU_SHOPPER_ENABLED_PROVIDERS, providers),
  };
}

/**
 * The credentials that Lambda sets for each of its functions; they may have been renewed since the
 * last call. Throws BadConfig outside Lambda, where the SDK's own chain finds the right ones.
 */
export function readLambdaCredentials(environment: Variables = process.env): AwsCredentials {
  const variable = (name: string): string =>
    environment[name] || refuse(name, 'is missing: only Lambda sets it');
  variable('AWS_LAMBDA_FUNCTION_NAME');
  const { AWS_SESSION_TOKEN: sessionToken } = environment;
  return {
    accessKeyId: variable('AWS_ACCESS_KEY_ID'),
    secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken !== undefined && { sessionToken }),
  };
}
