// The workflow engine of a deployed service: Step Functions. Starting is safe to repeat because a
// name can be used once; an answer to a token that is over is an outcome and no trouble.

import {
  ListExecutionsCommand,
  type ListExecutionsCommandOutput,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Failure } from '../core/base/failure.ts';
import type { Workflow } from '../ports/workflow.ts';
import { createCalls, failureOf, type Sent, type Trouble } from './aws/calls.ts';
import { type AwsAccess, clientConfig } from './aws/client-config.ts';

export type StepFunctionsOptions = AwsAccess & { readonly stateMachineArn: string };

/** The most that one page may hold. */
const PAGE = 1_000;
/** Room for a hundred thousand running executions, as for open leases. */
const MAX_PAGES = 100;

const down = (call: string, trouble: Trouble): Failure =>
  failureOf(trouble, 'ProviderDown', `Step Functions failed to ${call}`);

const NO_PAGE: Trouble = {
  kind: 'trouble',
  name: 'BadReply',
  message: 'the reply is no page of executions',
  status: null,
};
const MORE_PAGES: Trouble = {
  kind: 'trouble',
  name: 'TooMany',
  message: `more than ${MAX_PAGES} pages`,
  status: null,
};

/** These three depend on the engine's mood; all mean that this wait is over. */
const OVER: ReadonlySet<string> = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

function answered(call: string, sent: Sent<unknown>): 'accepted' | 'over' {
  if (sent.kind === 'reply') return 'accepted';
  if (OVER.has(sent.name)) return 'over';
  throw down(call, sent);
}

type Send = (command: ListExecutionsCommand) => Promise<Sent<ListExecutionsCommandOutput>>;

async function runningNames(send: Send, stateMachineArn: string): Promise<Set<string>> {
  const names = new Set<string>();
  let nextToken: string | undefined;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const asked = { stateMachineArn, maxResults: PAGE, nextToken };
    const command = new ListExecutionsCommand({ ...asked, statusFilter: 'RUNNING' });
    const sent = await send(command);
    if (sent.kind === 'trouble') throw down('list executions', sent);
    for (const { name } of sent.output.executions ?? [{ name: undefined }]) {
      if (name === undefined) throw down('list executions', NO_PAGE);
      names.add(name);
    }
    nextToken = sent.output.nextToken;
    if (nextToken === undefined) return names;
  }
  throw down('list executions', MORE_PAGES);
}

/** The workflow port on Step Functions. Its methods throw ProviderDown and repeat safely. */
export function createStepFunctions(options: StepFunctionsOptions): Workflow {
  const { stateMachineArn, ...access } = options;
  const client = new SFNClient(clientConfig(access));
  const calls = createCalls(client);
  return {
    async start(leaseId, generation) {
      const name = `${leaseId}-${generation}`;
      const input = JSON.stringify({ leaseId, generation });
      const command = new StartExecutionCommand({ stateMachineArn, name, input });
      const sent = await calls(() => client.send(command));
      if (sent.kind === 'reply') return 'started';
      if (sent.name === 'ExecutionAlreadyExists') return 'exists';
      throw down('start an execution', sent);
    },
    running: () => runningNames((command) => calls(() => client.send(command)), stateMachineArn),
    // A token opens the workflow to whoever reads it: no message shows it.
    async wake(taskToken) {
      const command = new SendTaskSuccessCommand({ taskToken, output: '{}' });
      return answered('answer a token', await calls(() => client.send(command), taskToken));
    },
    async heartbeat(taskToken) {
      const command = new SendTaskHeartbeatCommand({ taskToken });
      const sent = await calls(() => client.send(command), taskToken);
      return answered('pass on a heartbeat', sent);
    },
  };
}
