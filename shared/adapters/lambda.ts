// Starts functions of the deployment asynchronously: Lambda accepts the call and runs it later.

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { functionNameOf } from '../core/base/functions.ts';
import type { DeploymentId } from '../core/base/ids.ts';
import type { Invoker } from '../ports/invoker.ts';
import { createCalls, failureOf } from './aws/calls.ts';
import { type AwsAccess, clientConfig } from './aws/client-config.ts';

export type LambdaOptions = AwsAccess & { readonly deployment: DeploymentId };

/** The invoker port on Lambda. */
export function createLambdaInvoker(options: LambdaOptions): Invoker {
  const { deployment, ...access } = options;
  const client = new LambdaClient(clientConfig(access));
  const calls = createCalls(client);
  return {
    async invoke(name, payload) {
      const command = new InvokeCommand({
        FunctionName: functionNameOf(deployment, name),
        InvocationType: 'Event',
        Payload: new TextEncoder().encode(JSON.stringify(payload)),
      });
      const sent = await calls(() => client.send(command));
      if (sent.kind === 'trouble') {
        throw failureOf(sent, 'ProviderDown', `Lambda failed to start ${name}`);
      }
    },
  };
}
