// The settings of a deployment, read from the context of cdk.json. A value on the command line
// overrides that of the environment. No setting is secret.

import type { Node } from 'constructs';
import * as z from 'zod/mini';
import { ConsumerId, DeploymentId } from '../shared/core/base/ids.ts';
import { invariant } from '../shared/core/base/invariant.ts';
import { ProviderName } from '../shared/core/base/providers.ts';
import { AccountLimits } from '../shared/core/ledger/account.ts';
import { FUNCTION_NAMES } from './function-list.ts';

const url = z.string().check(z.regex(/^https?:\/\/[^\s/]+(\/\S+)?$/, 'must be an http(s) URL'));
const limits = AccountLimits.shape;
const atLeastOne = z.int().check(z.gte(1));

const Settings = z.strictObject({
  /** Part of every tag, and of the names of functions, state machine and schedules. */
  deployment: DeploymentId,
  monthlyBudgetMicroUsd: limits.monthlyBudgetMicroUsd,
  maxRateMicroUsdPerHour: limits.maxRateMicroUsdPerHour,
  maxOpenLeases: limits.maxOpenLeases,
  /** The largest hold of one lease; default: the whole budget. */
  maxLeaseMicroUsd: z.optional(limits.maxLeaseMicroUsd),
  /** The providers and GPUs that may be leased; default: all. */
  providers: z._default(limits.providers, []),
  gpuNames: z._default(limits.gpuNames, []),
  /** What happens when a share of a month's budget is spent. */
  thresholds: z.optional(limits.thresholds),
  /** The consumers who see and end the leases of all consumers. */
  operators: z.array(ConsumerId),
  /** Receives alarms; without it, they reach nobody. */
  alarmEmail: z.optional(z.string().check(z.regex(/^\S+@\S+$/, 'must be an e-mail address'))),
  /** Concurrent executions that the account allows in the region: Lambda's default quota. */
  lambdaConcurrency: z._default(z.int().check(z.gte(10)), 1_000),
  /** Concurrent executions reserved for a function, by its name; default: none are reserved. */
  reservedConcurrency: z._default(z.partialRecord(z.enum(FUNCTION_NAMES), atLeastOne), {}),
  /** The providers to rent from; each has its secret, schedules and alarms; default: all. */
  enabledProviders: z._default(
    z.array(ProviderName).check(z.minLength(1, 'must name a provider')),
    [...ProviderName.options],
  ),
  /** Other addresses of provider APIs, by provider, for a test against a simulator. */
  baseUrls: z._default(z.partialRecord(ProviderName, url), {}),
});
export type Settings = z.infer<typeof Settings>;

const Environments = z.record(z.string(), z.record(z.string(), z.unknown()));

type Field = keyof Settings;

/** A value of the command line is text: if the field does not allow it, it is parsed as JSON. */
function parseContext(field: Field, value: unknown): unknown {
  if (typeof value !== 'string' || Settings.shape[field].safeParse(value).success) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The settings of the environment that context `env` names. Throws InvariantBroken. */
export function readSettings(node: Node): Settings {
  const name = String(node.tryGetContext('env'));
  const environment = Environments.parse(node.tryGetContext('environments'))[name];
  invariant(environment !== undefined, `cdk.json has no environment ${name}`);
  const fields = Object.keys(Settings.shape) as readonly Field[];
  const given = fields
    .map((field) => [field, node.tryGetContext(field)] as const)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => [field, parseContext(field, value)] as const);
  const parsed = Settings.safeParse({ ...environment, ...Object.fromEntries(given) });
  const issue = parsed.error?.issues[0];
  invariant(parsed.success, `environment ${name}: ${issue?.path.join('.')}: ${issue?.message}`);
  return parsed.data;
}
