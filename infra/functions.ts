// All functions of a deployment, created from the rows of the function list. An environment never
// holds a key: a function that needs one gets the ARN of its secret.

import { join } from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type FunctionName, STEPS } from '../shared/core/base/functions.ts';
import { invariant } from '../shared/core/base/invariant.ts';
import { policy } from '../shared/core/base/policy/policy.ts';
import { rowOf, secretVariable } from '../shared/core/base/providers.ts';
import type { Alarms } from './alarms/alarms.ts';
import { FUNCTION_KINDS, type FunctionKind } from './alarms/functions.ts';
import type { Timed } from './alarms/metrics.ts';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionRow } from './function-list.ts';
import { nameOf, stateMachineArn } from './names.ts';
import { acknowledgeWildcards, type Reachable, statementsFor } from './permissions.ts';
import type { Settings } from './settings.ts';
import { createTaskFunction } from './task-function.ts';

export type FunctionsProps = {
  readonly settings: Settings;
  readonly reachable: Reachable;
  readonly alarms: Alarms;
  /** Where instances send their heartbeats. */
  readonly nodeUrl: string;
  /** The folder of `bundleFunctions`. */
  readonly bundles: string;
};

/** The function of that name in the function list. */
export type Functions = (name: FunctionName) => IFunction;

/** Limits of new accounts that have a default. */
function optionalLimits({ maxLeaseMicroUsd, providers, gpuNames, thresholds }: Settings) {
  const written = thresholds?.map(({ percent, action }) => `${percent}:${action}`).join(' ');
  return {
    ...(maxLeaseMicroUsd !== undefined && {
      GPU_SHOPPER_MAX_LEASE_MICRO_USD: String(maxLeaseMicroUsd),
    }),
    ...(providers.length > 0 && { GPU_SHOPPER_PROVIDERS: providers.join(',') }),
    ...(gpuNames.length > 0 && { GPU_SHOPPER_GPU_NAMES: gpuNames.join(',') }),
    ...(written !== undefined && { GPU_SHOPPER_THRESHOLDS: written }),
  };
}

/** The environment of every function. */
function commonEnvironment(scope: Construct, props: FunctionsProps): Record<string, string> {
  const { settings, nodeUrl } = props;
  const { data, schedules, queues } = props.reachable;
  return {
    GPU_SHOPPER_DEPLOYMENT_ID: settings.deployment,
    GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: String(settings.monthlyBudgetMicroUsd),
    GPU_SHOPPER_MAX_RATE_MICRO_USD_PER_HOUR: String(settings.maxRateMicroUsdPerHour),
    GPU_SHOPPER_MAX_OPEN_LEASES: String(settings.maxOpenLeases),
    ...optionalLimits(settings),
    GPU_SHOPPER_OPERATORS: settings.operators.join(' '),
    GPU_SHOPPER_NODE_URL: nodeUrl,
    GPU_SHOPPER_LEASES_TABLE: data.tables.leases.tableName,
    GPU_SHOPPER_LEDGER_TABLE: data.tables.ledger.tableName,
    GPU_SHOPPER_INVENTORY_TABLE: data.tables.inventory.tableName,
    GPU_SHOPPER_LIVE_TABLE: data.tables.live.tableName,
    GPU_SHOPPER_SNAPSHOT_BUCKET: data.snapshots.bucketName,
    GPU_SHOPPER_STATE_MACHINE_ARN: stateMachineArn(scope, settings.deployment),
    GPU_SHOPPER_WORK_QUEUE_URL: queues['work-provider'].queue.queueUrl,
    GPU_SHOPPER_LIST_QUEUE_URL: queues['work-list'].queue.queueUrl,
    GPU_SHOPPER_SCHEDULE_GROUP: schedules.group.scheduleGroupName,
    GPU_SHOPPER_SCHEDULE_TARGET_ARN: schedules.targetArn,
    GPU_SHOPPER_SCHEDULE_ROLE_ARN: schedules.roleArn,
    GPU_SHOPPER_SCHEDULE_DLQ_ARN: schedules.queue.queueArn,
    GPU_SHOPPER_ENABLED_PROVIDERS: settings.enabledProviders.join(','),
    ...Object.fromEntries(
      settings.enabledProviders.map((name) => {
        const { variable, default: url } = rowOf(name).baseUrl;
        return [variable, settings.baseUrls[name] ?? url];
      }),
    ),
  };
}

function keyEnvironment({ needs }: FunctionRow, { secrets }: Reachable): Record<string, string> {
  return {
    ...(needs.includes('tag-key') && {
      GPU_SHOPPER_TAG_KEY_SECRET_ARN: secrets.tagKey.secretArn,
    }),
    ...(needs.includes('cursor-key') && {
      GPU_SHOPPER_CURSOR_KEY_SECRET_ARN: secrets.cursorKey.secretArn,
    }),
    ...(needs.includes('provider-keys') &&
      Object.fromEntries(
        secrets.providers.map(({ row, secret }) => [secretVariable(row), secret.secretArn]),
      )),
  };
}

/** One log group for all functions, so that one filter finds what must page an operator. */
function createLog(scope: Construct, deployment: string): LogGroup {
  return new LogGroup(scope, 'log', {
    logGroupName: `/gpu-shopper/${nameOf(deployment, 'functions')}`,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

const OF_WORKFLOW: ReadonlySet<FunctionName> = new Set(Object.values(STEPS));

/** Who calls the function of that name. */
function kindOf(name: FunctionName): FunctionKind {
  if (name.startsWith('api-')) return 'api';
  return OF_WORKFLOW.has(name) ? 'workflow' : 'background';
}

/** Creates every function, and the alarms on all of them. */
export function createFunctions(scope: Construct, props: FunctionsProps): Functions {
  const here = new Construct(scope, 'functions');
  const { settings, reachable, alarms } = props;
  const { deployment } = settings;
  const logGroup = createLog(here, deployment);
  alarms.onLog(logGroup, settings.enabledProviders);
  acknowledgeWildcards(here, reachable);
  const common = commonEnvironment(here, props);
  const { unfinished, dropped } = reachable.schedules;
  const made = new Map<FunctionName, IFunction>();
  const timed: Record<FunctionKind, Timed[]> = { api: [], workflow: [], background: [] };
  for (const name of FUNCTION_NAMES) {
    const row = FUNCTIONS[name];
    const kind = kindOf(name);
    const each = createTaskFunction(here, name, {
      deployment,
      row,
      reserved: settings.reservedConcurrency[name],
      bundle: join(props.bundles, name),
      environment: { ...common, ...keyEnvironment(row, reachable) },
      statements: statementsFor(row.needs, reachable),
      logGroup,
      ...(kind === 'background' && { failed: row.keepsFailed ? unfinished : dropped }),
    });
    timed[kind].push({ called: each, timeout: policy.functionTimeout[name] });
    made.set(name, each);
  }
  for (const kind of FUNCTION_KINDS) alarms.onFunctions(kind, timed[kind]);
  return (name) => {
    const found = made.get(name);
    invariant(found !== undefined, `no function is called ${name}`);
    return found;
  };
}
