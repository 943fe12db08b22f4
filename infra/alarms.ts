// What tells a person. An API function or timer that fails at all is trouble; a step's failures are
// mostly the workflow's ordinary detours, so there the name of the failure decides, by the log.

import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type IFilterPattern, type LogGroup } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { FAILURES } from '../shared/core/base/failure.ts';
import { policy } from '../shared/core/base/policy/policy.ts';
import type { ProviderName } from '../shared/core/base/providers.ts';

export type Alarms = {
  /** Any failed call. For functions that turn expected failures into answers. */
  onAnyError(called: IFunction): void;
  /** Half an hour in which no call succeeded. For steps. */
  onNothingButErrors(called: IFunction): void;
  /** A failure that a person has to hear of, or an error without a name of ours: a bug. */
  onLog(group: LogGroup): void;
  /** No complete sweep of a provider for as long as policy allows; also when nothing is logged. */
  onSweeps(group: LogGroup, provider: ProviderName): void;
  onExecutions(machine: StateMachine): void;
  onMessages(id: string, queue: Queue): void;
};

const EVERY = Duration.minutes(5);
const HALF_AN_HOUR = 6;

/** Periods in a row without a complete sweep; while nothing is leased, there is one in each. */
const UNSWEPT = policy.sweep.staleAfter / EVERY.toMilliseconds();

type Rule = {
  readonly metric: IMetric;
  readonly threshold: number;
  readonly periods?: number;
  /** Breaks below the threshold, and when there is nothing at all. */
  readonly whenMissing?: true;
};

function errorShare(called: IFunction): MathExpression {
  const usingMetrics = {
    errors: called.metricErrors({ period: EVERY, statistic: 'Sum' }),
    calls: called.metricInvocations({ period: EVERY, statistic: 'Sum' }),
  };
  return new MathExpression({
    expression: '100 * errors / calls',
    label: 'calls that failed, in percent',
    period: EVERY,
    usingMetrics,
  });
}

/** Failures that are ordinary: the caller, the workflow or a retry takes care of them. */
const ordinary = Object.entries(FAILURES).flatMap(([name, { page }]) => (page ? [] : [name]));

const extraordinary = FilterPattern.all(
  FilterPattern.exists('$.error'),
  FilterPattern.stringValue('$.kind', '!=', 'page'),
  ...ordinary.map((name) => FilterPattern.stringValue('$.error', '!=', name)),
);

const ofKind = (kind: string) => FilterPattern.stringValue('$.kind', '=', kind);

const ON_TROUBLE = {
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};
const ON_SILENCE = {
  comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.BREACHING,
};

/** Alarms of one deployment, all sent to one topic. */
export function createAlarms(scope: Construct, email: string | undefined): Alarms {
  const here = new Construct(scope, 'alarms');
  const topic = new Topic(here, 'topic', { enforceSSL: true });
  if (email !== undefined) topic.addSubscription(new EmailSubscription(email));

  const raise = (id: string, rule: Rule): void => {
    const { metric, threshold, periods = 1, whenMissing = false } = rule;
    const alarm = new Alarm(here, id, {
      metric,
      threshold,
      evaluationPeriods: periods,
      ...(whenMissing ? ON_SILENCE : ON_TROUBLE),
    });
    alarm.addAlarmAction(new SnsAction(topic));
  };
  const counted = (id: string, group: LogGroup, filterPattern: IFilterPattern): IMetric =>
    group
      .addMetricFilter(id, {
        filterPattern,
        metricNamespace: 'gpu-shopper',
        metricName: `${here.node.path}-${id}`.replaceAll('/', '-'),
        metricValue: '1',
      })
      .metric({ period: EVERY, statistic: 'Sum' });
  return {
    onAnyError: (called) => {
      const metric = called.metricErrors({ period: EVERY, statistic: 'Sum' });
      raise(called.node.id, { metric, threshold: 1 });
    },
    onNothingButErrors: (called) =>
      raise(called.node.id, { metric: errorShare(called), threshold: 100, periods: HALF_AN_HOUR }),
    onLog: (group) => {
      raise('extraordinary', {
        metric: counted('extraordinary', group, extraordinary),
        threshold: 1,
      });
      raise('page', { metric: counted('page', group, ofKind('page')), threshold: 1 });
    },
    onSweeps: (group, provider) => {
      const id = `unswept-${provider}`;
      const swept = FilterPattern.all(
        ofKind('sweep'),
        FilterPattern.stringValue('$.id', '=', provider),
      );
      const metric = counted(id, group, swept);
      raise(id, { metric, threshold: 1, periods: UNSWEPT, whenMissing: true });
    },
    onExecutions: (machine) => {
      const options = { period: EVERY, statistic: 'Sum' };
      raise('failed-executions', { metric: machine.metricFailed(options), threshold: 1 });
      raise('aborted-executions', { metric: machine.metricAborted(options), threshold: 1 });
      raise('timed-out-executions', { metric: machine.metricTimedOut(options), threshold: 1 });
    },
    onMessages: (id, queue) => {
      const metric = queue.metricApproximateNumberOfMessagesVisible({ period: EVERY });
      raise(id, { metric, threshold: 1 });
    },
  };
}
