// What alarms compute from the metrics of AWS, over many functions, tables or groups at once.

import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { DurationMs } from '../../shared/core/base/time.ts';

/** Metrics that the expression of one alarm may use (AWS documentation, November 2026). */
export const MAX_METRICS = 10;

/** How often an alarm looks, and the span that it sums up. */
export const PERIOD = Duration.minutes(5);
export const SUM = { period: PERIOD, statistic: 'Sum' };

/** A function with the time after which Lambda ends it. */
export type Timed = { readonly called: IFunction; readonly timeout: DurationMs };

/** One value for all `metrics`; a metric without data counts for nothing. */
function combine(operation: 'SUM' | 'MAX', label: string, metrics: readonly IMetric[]): IMetric {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  const expression = `${operation}([${Object.keys(usingMetrics).join(', ')}])`;
  return new MathExpression({ expression, label, period: PERIOD, usingMetrics });
}

/** The sum of a metric over all functions. */
export const sumOver = (
  functions: readonly Timed[],
  name: 'Errors' | 'Throttles' | 'AsyncEventsDropped',
): IMetric =>
  combine(
    'SUM',
    name,
    functions.map(({ called }) => called.metric(name, SUM)),
  );

/** The longest call of any function, in percent of its timeout. */
export const longestShareOfTimeout = (functions: readonly Timed[]): IMetric =>
  combine(
    'MAX',
    'longest call, in percent of its timeout',
    functions.map(
      ({ called, timeout }, index) =>
        new MathExpression({
          expression: `100 * duration${index} / ${timeout}`,
          period: PERIOD,
          usingMetrics: {
            [`duration${index}`]: called.metricDuration({ period: PERIOD, statistic: 'Maximum' }),
          },
        }),
    ),
  );

/** The share of calls that failed, in percent, of the function where it is highest. */
export const highestErrorShare = (functions: readonly Timed[]): IMetric =>
  combine(
    'MAX',
    'calls that failed, in percent',
    functions.map(
      ({ called }, index) =>
        new MathExpression({
          expression: `100 * errors${index} / calls${index}`,
          period: PERIOD,
          usingMetrics: {
            [`errors${index}`]: called.metricErrors(SUM),
            [`calls${index}`]: called.metricInvocations(SUM),
          },
        }),
    ),
  );

/** Reads and writes that DynamoDB throttled, retries included. */
export const throttledRequests = (tables: readonly TableV2[]): IMetric =>
  combine(
    'SUM',
    'throttled reads and writes',
    tables.flatMap(({ tableName }) =>
      ['ReadThrottleEvents', 'WriteThrottleEvents'].map(
        (metricName) =>
          new Metric({
            namespace: 'AWS/DynamoDB',
            metricName,
            dimensionsMap: { TableName: tableName },
            ...SUM,
          }),
      ),
    ),
  );

/** Calls that EventBridge Scheduler gave up, and those it couldn't put into the queue either. */
export const droppedInvocations = (groups: readonly ScheduleGroup[]): IMetric =>
  combine(
    'SUM',
    'dropped invocations',
    groups.flatMap((group) => [
      group.metricDropped(SUM),
      group.metricFailedToBeSentToDLQ(undefined, SUM),
    ]),
  );

/** Executions that did not end well. */
export const failedExecutions = (machine: StateMachine): IMetric =>
  combine('SUM', 'executions that failed, timed out or were aborted', [
    machine.metricFailed(SUM),
    machine.metricTimedOut(SUM),
    machine.metricAborted(SUM),
  ]);

/** Replies with a 5xx status, in percent, once there are `least` of them. */
export const serverErrorShare = (errors: IMetric, requests: IMetric, least: number): IMetric =>
  new MathExpression({
    expression: `IF(errors >= ${least}, 100 * errors / requests, 0)`,
    label: 'replies with a 5xx status, in percent',
    period: PERIOD,
    usingMetrics: { errors, requests },
  });
