// The alarms of a deployment. Each kind of resource has its own; all are sent to one topic, and
// each names its section of docs/runbook.md.

import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { ProviderName } from '../../shared/core/base/providers.ts';
import type { Settings } from '../settings.ts';
import { type FunctionKind, raiseOnFunctions } from './functions.ts';
import { raiseOnLog, raiseOnSweeps } from './log.ts';
import {
  droppedInvocations,
  failedExecutions,
  PERIOD,
  SUM,
  serverErrorShare,
  type Timed,
  throttledRequests,
} from './metrics.ts';
import { type Raise, raiseTo } from './rule.ts';
import { createAlarmTopic } from './topic.ts';

export type Alarms = {
  onLog(group: LogGroup, providers: readonly ProviderName[]): void;
  onApi(api: HttpApi): void;
  onFunctions(kind: FunctionKind, functions: readonly Timed[]): void;
  onTables(tables: readonly TableV2[]): void;
  onExecutions(machine: StateMachine): void;
  onSchedules(groups: readonly ScheduleGroup[]): void;
  /** Messages in a queue of calls that failed. */
  onMessages(section: string, queue: Queue): void;
};

/** Fewer replies or requests are repeated by their caller. */
const MIN_SERVER_ERRORS = 5;
const MIN_SERVER_ERROR_PERCENT = 1;
const MIN_THROTTLED = 10;
/** An HTTP API gives up after 30 s; ordinary requests take less than one. */
const SLOW_REPLY = Duration.seconds(5);
/** Periods of 5 minutes. */
const QUARTER_OF_AN_HOUR = 3;
const NEAR_QUOTA_PERCENT = 80;

function raiseOnApi(raise: Raise, api: HttpApi): void {
  const errors = api.metricServerError(SUM);
  const requests = api.metricCount(SUM);
  raise({
    section: 'api-5xx',
    metric: serverErrorShare(errors, requests, MIN_SERVER_ERRORS),
    threshold: MIN_SERVER_ERROR_PERCENT,
  });
  raise({
    section: 'api-latency',
    metric: api.metricLatency({ period: PERIOD, statistic: 'p99' }),
    threshold: SLOW_REPLY.toMilliseconds(),
    periods: QUARTER_OF_AN_HOUR,
  });
}

/** Concurrency is the account's: other functions in the region use it, too. */
function raiseOnConcurrency(raise: Raise, quota: number): void {
  raise({
    section: 'concurrency',
    metric: LambdaFunction.metricAllConcurrentExecutions({ period: PERIOD, statistic: 'Maximum' }),
    threshold: (quota * NEAR_QUOTA_PERCENT) / 100,
  });
}

/** Creates the topic; each method adds the alarms of what it is given. */
export function createAlarms(
  scope: Construct,
  { alarmEmail, lambdaConcurrency }: Pick<Settings, 'alarmEmail' | 'lambdaConcurrency'>,
): Alarms {
  const here = new Construct(scope, 'alarms');
  const raise = raiseTo(createAlarmTopic(here, alarmEmail), here);
  raiseOnConcurrency(raise, lambdaConcurrency);
  return {
    onLog: (group, providers) => {
      raiseOnLog(raise, here, group);
      raiseOnSweeps(raise, here, { group, providers });
    },
    onApi: (api) => raiseOnApi(raise, api),
    onFunctions: (kind, functions) => raiseOnFunctions(raise, kind, functions),
    onTables: (tables) => {
      const metric = throttledRequests(tables);
      raise({ section: 'dynamodb-throttled', metric, threshold: MIN_THROTTLED });
    },
    onExecutions: (machine) => {
      const metric = failedExecutions(machine);
      raise({ section: 'failed-executions', metric, threshold: 1 });
    },
    onSchedules: (groups) => {
      const metric = droppedInvocations(groups);
      raise({ section: 'dropped-schedules', metric, threshold: 1 });
    },
    onMessages: (section, queue) => {
      const metric = queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD });
      raise({ section, metric, threshold: 1 });
    },
  };
}
