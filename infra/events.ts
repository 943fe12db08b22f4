// Rules on events. An execution that failed, timed out or was aborted is replaced at once. Its
// event is best effort; the sweep does the same a little later.

import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export type ExecutionRuleProps = {
  readonly machine: StateMachine;
  readonly target: IFunction;
  /** Takes the events that can't be handed to the target. */
  readonly queue: IQueue;
};

/** Applies while the target can't be called; within an hour, the sweep replaces the execution. */
const RETRIES = { retryAttempts: 10, maxEventAge: Duration.hours(1) };

/** Sends `target` each execution of `machine` that failed, timed out or was aborted. */
export function createExecutionRule(scope: Construct, props: ExecutionRuleProps): void {
  const { machine, target, queue } = props;
  const here = new Construct(scope, 'events');
  new Rule(here, 'execution-ended', {
    eventPattern: {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: [machine.stateMachineArn],
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
      },
    },
    targets: [new LambdaFunction(target, { deadLetterQueue: queue, ...RETRIES })],
  });
}
