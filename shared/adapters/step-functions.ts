// The workflow engine of a deployed service: Step Functions. Starting is safe to repeat because a
// name can be used once; an answer to a token that is over is an outcome and no trouble.

import {
  ExecutionAlreadyExists,
  InvalidToken,
  paginateListExecutions,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  type SFNClientConfig,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { Failure } from '../core/failure.ts';
import type { Workflow } from '../ports/workflow.ts';

export type StepFunctionsOptions = {
  readonly stateMachineArn: string;
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: NonNullable<SFNClientConfig['credentials']>;
};

/** One call takes at most 3 x 7 s, well below the timeout of any function that makes it. */
const BOUNDS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 },
};

/** The most that one page may hold. */
const PAGE = 1_000;

function down(call: string, cause: unknown): Failure {
  const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new Failure('ProviderDown', `Step Functions failed to ${call}: ${detail}`, { cause });
}

/** These three depend on the engine's mood; all mean that this wait is over. */
const isOver = (error: unknown): boolean =>
  error instanceof TaskTimedOut ||
  error instanceof TaskDoesNotExist ||
  error instanceof InvalidToken;

async function answer(call: string, send: () => Promise<unknown>): Promise<'accepted' | 'over'> {
  try {
    await send();
    return 'accepted';
  } catch (error) {
    if (isOver(error)) return 'over';
    throw down(call, error);
  }
}

/** The workflow port on Step Functions. Its methods throw ProviderDown and repeat safely. */
export function createStepFunctions(options: StepFunctionsOptions): Workflow {
  const { stateMachineArn, ...where } = options;
  const client = new SFNClient({ ...where, ...BOUNDS });
  return {
    async start(leaseId, generation) {
      const name = `${leaseId}-${generation}`;
      const input = JSON.stringify({ leaseId, generation });
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
        return 'started';
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return 'exists';
        throw down('start an execution', error);
      }
    },
    async running() {
      const names = new Set<string>();
      const asked = { stateMachineArn, statusFilter: 'RUNNING' } as const;
      try {
        for await (const page of paginateListExecutions({ client, pageSize: PAGE }, asked)) {
          for (const { name } of page.executions ?? []) if (name !== undefined) names.add(name);
        }
      } catch (error) {
        throw down('list executions', error);
      }
      return names;
    },
    wake: (taskToken) =>
      answer('answer a token', () =>
        client.send(new SendTaskSuccessCommand({ taskToken, output: '{}' })),
      ),
    heartbeat: (taskToken) =>
      answer('pass on a heartbeat', () => client.send(new SendTaskHeartbeatCommand({ taskToken }))),
  };
}
