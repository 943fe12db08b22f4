// One deployment, put together from its concerns. What is made here is all there is: nothing is
// clicked together in a console.

import { CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { makeAlarms } from './alarms.ts';
import { addRoutes, makeApi, nodeUrlOf } from './api.ts';
import { makeData } from './data.ts';
import { makeExecutionRule } from './events.ts';
import { makeFunctions } from './functions.ts';
import { makeDeadlineSchedules, makeRepeatingSchedules } from './schedules.ts';
import { makeSecrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import { makeWorkflow } from './workflow.ts';

/** The stack `gpu-shopper-<deployment>`, of functions that lie bundled in the folder `bundles`. */
export function makeStack(scope: Construct, settings: Settings, bundles: string): Stack {
  const { deployment } = settings;
  const stack = new Stack(scope, `gpu-shopper-${deployment}`, {
    description: 'Leases cloud GPUs and guarantees that each one ends.',
    terminationProtection: true,
  });
  Tags.of(stack).add('gpu-shopper:deployment', deployment);
  const alarms = makeAlarms(stack, settings.alarmEmail);
  const data = makeData(stack);
  const secrets = makeSecrets(stack, deployment);
  const schedules = makeDeadlineSchedules(stack, deployment);
  const api = makeApi(stack, deployment);
  const functions = makeFunctions(stack, {
    settings,
    reachable: { scope: stack, deployment, data, secrets, schedules },
    alarms,
    nodeUrl: nodeUrlOf(api),
    bundles,
  });
  addRoutes(api, functions);
  const machine = makeWorkflow(stack, { deployment, functions, alarms });
  makeExecutionRule(stack, machine, functions('executionEnded'));
  makeRepeatingSchedules(stack, deployment, schedules.queue);
  alarms.onMessages('failed-schedules', schedules.queue);
  alarms.onMessages('unfinished-deadlines', schedules.unfinished);
  new CfnOutput(stack, 'ApiUrl', { value: api.apiEndpoint });
  new CfnOutput(stack, 'VastKeySecret', { value: secrets.vastKey.secretName });
  return stack;
}
