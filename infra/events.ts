// Rules on events. An execution that ended badly is replaced at once; the rule is best effort, and
// without it the sweep does the same a little later.

import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

/** Tells `target` of each execution of `instance` that failed, ran too long or was aborted. */
export function createExecutionRule(
  scope: Construct,
  machine: StateMachine,
  target: IFunction,
): void {
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
    targets: [new LambdaFunction(target)],
  });
}
