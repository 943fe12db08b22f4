// The only place that creates a Lambda function, with its runtime, role, log and limits. A function
// may write its log and do what its needs grant, nothing else.

import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  type IDestination,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type FunctionName, functionNameOf } from '../shared/core/base/functions.ts';
import { policy } from '../shared/core/base/policy/policy.ts';
import type { FunctionRow } from './function-list.ts';

export type TaskFunctionProps = {
  readonly deployment: string;
  readonly row: FunctionRow;
  /** The folder that holds `index.mjs`. */
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
  readonly logGroup: LogGroup;
  /** Concurrent executions that no other function can use; none unless given. */
  readonly reserved: number | undefined;
  /** Where failed calls go, when the function is called asynchronously. */
  readonly failed?: IQueue;
};

/** The most that Lambda allows for asynchronous calls (AWS documentation, November 2026). */
const AGAIN = { retryAttempts: 2, maxEventAge: Duration.hours(6) };
/** A call that can't start within a minute, the least that Lambda allows, leaves it to the next. */
const ONCE = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };

const sendingTo = ({ queueArn }: IQueue): PolicyStatement =>
  new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queueArn] });

/** The destination of CDK would also grant reading the queue. */
const keptIn = ({ queueArn }: IQueue): IDestination => ({
  bind: () => ({ destination: queueArn }),
});

/** Creates the function `name` of the deployment. */
export function createTaskFunction(
  scope: Construct,
  name: FunctionName,
  props: TaskFunctionProps,
): LambdaFunction {
  const { deployment, row, bundle, environment, statements, logGroup, reserved, failed } = props;
  const here = new Construct(scope, name);
  const role = new Role(here, 'role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    }),
  );
  for (const statement of statements) role.addToPolicy(statement);
  if (failed !== undefined) role.addToPolicy(sendingTo(failed));
  return new LambdaFunction(here, name, {
    functionName: functionNameOf(deployment, name),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    code: Code.fromAsset(bundle),
    handler: 'index.handler',
    timeout: Duration.millis(policy.functionTimeout[name]),
    memorySize: row.memoryMb,
    ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
    environment: { ...environment },
    role,
    logGroup,
    // Our lines are JSON already; Lambda would wrap them again.
    loggingFormat: LoggingFormat.TEXT,
    ...(failed !== undefined && {
      onFailure: keptIn(failed),
      ...(row.retries === undefined ? ONCE : AGAIN),
    }),
  });
}
