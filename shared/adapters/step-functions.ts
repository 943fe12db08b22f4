// The workflow engine of a deployed service: Step Functions. Starting is safe to repeat because a
// name can be used once; an answer to a token that is over is an outcome and no trouble.

import * as z from 'zod/mini';
import { Failure } from '../core/base/failure.ts';
import { seconds } from '../core/base/time.ts';
import type { Workflow } from '../ports/workflow.ts';
import type { AwsAccess } from './aws/caller.ts';
import { createJsonCall, type JsonCall } from './aws/json.ts';
import type { Trouble } from './aws/trouble.ts';

export type StepFunctionsOptions = AwsAccess & { readonly stateMachineArn: string };

/** One call takes at most 3 x 5 s and its pauses, below the timeout of any function. */
const STEP_FUNCTIONS = {
  service: 'states',
  target: 'AWSStepFunctions',
  version: '1.0',
  limits: { connect: seconds(2), exchange: seconds(5) },
} as const;

/** The most that one page may hold. */
const PAGE = 1_000;
/** Room for a hundred thousand running executions, as for open leases. */
const MAX_PAGES = 100;

const Page = z.object({
  executions: z.array(z.object({ name: z.string() })),
  nextToken: z.nullish(z.string()),
});

function down(call: string, { name, message }: Pick<Trouble, 'name' | 'message'>): Failure {
  const cause = { name, message };
  return new Failure('ProviderDown', `Step Functions failed to ${call}: ${name}: ${message}`, {
    cause,
  });
}

const NO_PAGE = { name: 'BadReply', message: 'the reply is no page of executions' };
const MORE_PAGES = { name: 'TooMany', message: `more than ${MAX_PAGES} pages` };

/** These three depend on the engine's mood; all mean that this wait is over. */
const OVER: ReadonlySet<string> = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

type Answering = { readonly taskToken: string; readonly output?: string };

/** Answers a token, which opens the workflow to whoever reads it: no message tells it. */
async function answered(call: JsonCall, operation: string, answering: Answering) {
  const reply = await call(operation, answering, answering.taskToken);
  if (reply.kind === 'reply') return 'accepted';
  if (OVER.has(reply.name)) return 'over';
  throw down(operation === 'SendTaskSuccess' ? 'answer a token' : 'pass on a heartbeat', reply);
}

async function runningNames(call: JsonCall, stateMachineArn: string): Promise<Set<string>> {
  const names = new Set<string>();
  let nextToken: string | undefined;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const asked = { stateMachineArn, statusFilter: 'RUNNING', maxResults: PAGE, nextToken };
    const reply = await call('ListExecutions', asked);
    if (reply.kind === 'trouble') throw down('list executions', reply);
    const { data } = Page.safeParse(reply.output);
    if (data === undefined) throw down('list executions', NO_PAGE);
    for (const { name } of data.executions) names.add(name);
    nextToken = data.nextToken ?? undefined;
    if (nextToken === undefined) return names;
  }
  throw down('list executions', MORE_PAGES);
}

/** The workflow port on Step Functions. Its methods throw ProviderDown and repeat safely. */
export function createStepFunctions(options: StepFunctionsOptions): Workflow {
  const { stateMachineArn, ...access } = options;
  const call = createJsonCall(access, STEP_FUNCTIONS);
  return {
    async start(leaseId, generation) {
      const name = `${leaseId}-${generation}`;
      const input = JSON.stringify({ leaseId, generation });
      const reply = await call('StartExecution', { stateMachineArn, name, input });
      if (reply.kind === 'reply') return 'started';
      if (reply.name === 'ExecutionAlreadyExists') return 'exists';
      throw down('start an execution', reply);
    },
    running: () => runningNames(call, stateMachineArn),
    wake: (taskToken) => answered(call, 'SendTaskSuccess', { taskToken, output: '{}' }),
    heartbeat: (taskToken) => answered(call, 'SendTaskHeartbeat', { taskToken }),
  };
}
