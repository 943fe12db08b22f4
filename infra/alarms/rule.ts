// One alarm: what it measures, when it rings, and its section of docs/runbook.md.

import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

type Rule = {
  readonly section: string;
  /** What the alarm is on, where a section has several alarms. */
  readonly of?: string | undefined;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Periods of the metric in a row; one unless given. */
  readonly periods?: number;
  /** Rings below the threshold, and when there is no data. */
  readonly whenMissing?: true;
};

export type Raise = (rule: Rule) => void;

const ON_TROUBLE = {
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};
const ON_SILENCE = {
  comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.BREACHING,
};

/** Creates alarms in `scope` that are sent to `topic`. */
export function raiseTo(topic: Topic, scope: Construct): Raise {
  return ({ section, of, metric, threshold, periods = 1, whenMissing = false }) => {
    const alarm = new Alarm(scope, of === undefined ? section : `${section}-${of}`, {
      alarmDescription: `docs/runbook.md#${section}`,
      metric,
      threshold,
      evaluationPeriods: periods,
      ...(whenMissing ? ON_SILENCE : ON_TROUBLE),
    });
    alarm.addAlarmAction(new SnsAction(topic));
  };
}
