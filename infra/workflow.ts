// The state machine that drives each lease: the file that also runs locally, with the functions'
// ARNs in place of their names.

import { readFileSync } from 'node:fs';
import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  DefinitionBody,
  LogLevel,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { isQueued, STEP_NAMES, STEPS } from '../shared/core/base/functions.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import type { Alarms } from './alarms/alarms.ts';
import type { Functions } from './functions.ts';
import { nameOf } from './names.ts';

export type WorkflowProps = {
  readonly deployment: string;
  readonly functions: Functions;
  readonly alarms: Alarms;
};

const FILE = new URL('../state-machines/lease.asl.json', import.meta.url);

/** The file in the partition of the deploy: resources are `arn:aws-cn:states:...` in China. */
function readDefinition(): string {
  const definition: unknown = JSON.parse(readFileSync(FILE, 'utf8'));
  return JSON.stringify(definition).replaceAll('"arn:aws:', `"arn:${Aws.PARTITION}:`);
}

/** Creates the state machine under the name that the functions have in their environment. */
export function createWorkflow(scope: Construct, props: WorkflowProps): StateMachine {
  const { deployment, functions, alarms } = props;
  const here = new Construct(scope, 'workflow');
  const called = new Set(STEP_NAMES.filter((step) => !isQueued(step)).map((step) => STEPS[step]));
  const steps = [...called].map((name) => [name, functions(name)] as const);
  const role = new Role(here, 'role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: steps.map(([, { functionArn }]) => functionArn),
    }),
  );
  const machine = new StateMachine(here, 'lease', {
    stateMachineName: nameOf(deployment, 'lease'),
    stateMachineType: StateMachineType.STANDARD,
    definitionBody: DefinitionBody.fromString(readDefinition()),
    definitionSubstitutions: Object.fromEntries(
      steps.map(([name, { functionArn }]) => [name, functionArn]),
    ),
    role,
    // Input and output of a state hold task tokens, which must not be logged.
    logs: {
      destination: new LogGroup(here, 'log', {
        // A name outside this path uses up the resource policy of CloudWatch Logs (AWS).
        logGroupName: `/aws/vendedlogs/states/${nameOf(deployment, 'lease')}`,
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      level: LogLevel.ALL,
      includeExecutionData: false,
    },
    tracingEnabled: true,
  });
  const reason = 'Log delivery and X-Ray take no resource names (Step Functions developer guide).';
  acknowledgeWildcard(role, '*', reason);
  alarms.onExecutions(machine);
  return machine;
}
