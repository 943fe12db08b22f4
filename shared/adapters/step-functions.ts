// The workflow engine of a deployed service: Step Functions. Starting is safe to repeat, since a
// name can be used once. A token whose wait is over is an outcome, not an error.

import {
  ListExecutionsCommand,
  type ListExecutionsCommandOutput,
  SendTaskFailureCommand,
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

/** The maximum page size. */
const PAGE = 1_000;
/** Enough for a hundred thousand running executions, as for open leases. */
const MAX_PAGES = 100;

const down = (call: string, trouble: Trouble): Failure =>
  failureOf(trouble, 'ProviderDown', `Step Functions failed to ${call}`);

const NO_PAGE: Trouble = {
  kind: 'trouble',
  name: 'BadReply',
  message: 'the reply has an execution without a name, or no executions',
  status: null,
};
const MORE_PAGES: Trouble = {
  kind: 'trouble',
  name: 'TooMany',
  message: `more than ${MAX_PAGES} pages`,
  status: null,
};

/** Step Functions may return any of these three; all mean that the wait is over. */
const OVER: ReadonlySet<string> = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

function tokenOutcome(call: string, sent: Sent<unknown>): 'accepted' | 'over' {
  if (sent.kind === 'reply') return 'accepted';
  if (OVER.has(sent.name)) return 'over';
  throw down(call, sent);
}

type Send = (command: ListExecutionsCommand) => Promise<Sent<ListExecutionsCommandOutput>>;

async function runningNames(send: Send, stateMachineArn: string): Promise<Set<string>> {
  const names = new Set<string>();
  let nextToken: string | undefined;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const input = { stateMachineArn, maxResults: PAGE, nextToken };
    const command = new ListExecutionsCommand({ ...input, statusFilter: 'RUNNING' });
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

/** Longer causes are cut: Step Functions takes 32,768 characters (API reference, 2026). */
const MAX_CAUSE = 4_000;

type TaskTokens = Pick<Workflow, 'wake' | 'heartbeat'>;

function taskTokensOf(client: SFNClient): TaskTokens {
  const calls = createCalls(client);
  return {
    // A token controls the workflow, so no message may quote it.
    async wake(taskToken) {
      const command = new SendTaskSuccessCommand({ taskToken, output: '{}' });
      return tokenOutcome('complete a task', await calls(() => client.send(command), taskToken));
    },
    async heartbeat(taskToken) {
      const command = new SendTaskHeartbeatCommand({ taskToken });
      const sent = await calls(() => client.send(command), taskToken);
      return tokenOutcome('send a task heartbeat', sent);
    },
  };
}

/** Only the two calls for a parked token that heartbeats need: their bundle holds no other. */
export const createTaskTokens = (access: AwsAccess): TaskTokens =>
  taskTokensOf(new SFNClient(clientConfig(access)));

/** The workflow port on Step Functions. Its methods throw ProviderDown and repeat safely. */
export function createStepFunctions(options: StepFunctionsOptions): Workflow {
  const { stateMachineArn, ...access } = options;
  const client = new SFNClient(clientConfig(access));
  const calls = createCalls(client);
  return {
    ...taskTokensOf(client),
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
    async answer(taskToken, outcome) {
      const send = (): Promise<unknown> => {
        if (outcome.kind === 'done') {
          const output = JSON.stringify(outcome.output);
          return client.send(new SendTaskSuccessCommand({ taskToken, output }));
        }
        const { error } = outcome;
        const cause = outcome.cause.slice(0, MAX_CAUSE);
        return client.send(new SendTaskFailureCommand({ taskToken, error, cause }));
      };
      return tokenOutcome('answer a task', await calls(send, taskToken));
    },
  };
}
