// One deployment, put together from its concerns. Everything it consists of is created here;
// nothing is set up by hand.

import { CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { createAlarms } from './alarms/alarms.ts';
import { addRoutes, createApi, nodeUrlOf } from './api.ts';
import { createData } from './data.ts';
import { createExecutionRule } from './events.ts';
import { createFunctions } from './functions.ts';
import { createWorkQueues, deliverWork } from './queues.ts';
import { createDeadlineSchedules, createRepeatingSchedules } from './schedules.ts';
import { createSecrets, type Secrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import { createWorkflow } from './workflow.ts';

/** Creates the stack `gpu-shopper-<deployment>`; the folder `bundles` has the functions' code. */
export function createStack(scope: Construct, settings: Settings, bundles: string): Stack {
  const { deployment } = settings;
  const stack = new Stack(scope, `gpu-shopper-${deployment}`, {
    description: 'Leases cloud GPUs and guarantees that each one ends.',
    terminationProtection: true,
  });
  // CDK also writes the dependencies that a reference implies (W3005: redundant, but harmless).
  stack.templateOptions.metadata = { 'cfn-lint': { config: { ignore_checks: ['W3005'] } } };
  Tags.of(stack).add('gpu-shopper:deployment', deployment);
  const alarms = createAlarms(stack, settings);
  const data = createData(stack);
  const secrets = createSecrets(stack, settings);
  const schedules = createDeadlineSchedules(stack, deployment);
  const queues = createWorkQueues(stack, deployment);
  const api = createApi(stack, deployment);
  const functions = createFunctions(stack, {
    settings,
    reachable: { scope: stack, deployment, data, secrets, schedules, queues },
    alarms,
    nodeUrl: nodeUrlOf(api),
    bundles,
  });
  addRoutes(api, functions);
  deliverWork(stack, queues, { functions, alarms });
  const machine = createWorkflow(stack, { deployment, functions, alarms });
  const { queue } = schedules;
  createExecutionRule(stack, { machine, target: functions('event-execution-ended'), queue });
  const repeating = createRepeatingSchedules(stack, { settings, queue, functions, machine });
  alarms.onApi(api.http);
  alarms.onTables(Object.values(data.tables));
  alarms.onSchedules([schedules.group, repeating]);
  alarms.onMessages('failed-schedules', queue);
  alarms.onMessages('unfinished-deadlines', schedules.unfinished);
  addOutputs(stack, api.http.apiEndpoint, secrets);
  return stack;
}

function addOutputs(stack: Stack, apiUrl: string, { tagKey, providers }: Secrets): void {
  new CfnOutput(stack, 'ApiUrl', { value: apiUrl });
  new CfnOutput(stack, 'TagKeySecret', {
    value: tagKey.secretArn,
    description: 'The key that signs the tags of instances.',
  });
  for (const { name, row, secret } of providers) {
    const description = `Put the keys of ${row.title} into this secret.`;
    new CfnOutput(stack, `${name}Secret`, { value: secret.secretArn, description });
  }
}
