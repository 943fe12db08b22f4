// Names that are known before their resources are created, so that functions, state machine and
// schedules can refer to each other without a cycle. Each name contains the deployment's id.

import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type FunctionName, functionNameOf } from '../shared/core/base/functions.ts';

export const nameOf = (deployment: string, name: string): string =>
  `gpu-shopper-${deployment}-${name}`;

/** The ARN of the function `name`, which may not be created yet. */
export const functionArn = (scope: Construct, deployment: string, name: FunctionName): string =>
  Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: functionNameOf(deployment, name),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** The ARN of the state machine that drives each lease. */
export const stateMachineArn = (scope: Construct, deployment: string): string =>
  Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: nameOf(deployment, 'lease'),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
