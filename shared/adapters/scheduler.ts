// The alarm clock of a deployed service: one EventBridge schedule per lease, whose target ends the
// lease without the workflow. It must never report a schedule as set that isn't.

import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
  type SchedulerClientConfig,
  UpdateScheduleCommand,
  type UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { Failure } from '../core/failure.ts';
import type { DeploymentId, LeaseId } from '../core/ids.ts';
import { type EpochMs, epochMs, isoTime } from '../core/time.ts';
import type { Scheduler } from '../ports/workflow.ts';

export type SchedulerOptions = {
  readonly deployment: DeploymentId;
  /** The schedule group; it exists before the first lease. */
  readonly group: string;
  /** The function that ends a lease at its deadline. */
  readonly targetArn: string;
  /** What EventBridge calls it as. */
  readonly roleArn: string;
  /** Where a call goes that failed to the end of its retries. */
  readonly deadLetterArn: string;
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: NonNullable<SchedulerClientConfig['credentials']>;
};

/** One call takes at most 3 x 7 s, well below the timeout of any function that makes it. */
const BOUNDS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 },
};

/** The most EventBridge allows: 185 retries within 24 h (API reference, seen November 2026). */
const RETRIES = { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 };

/** Rounds of update and create: each loss means that another actor has just set the schedule. */
const ROUNDS_MOST = 3;

/** `at(...)` takes whole seconds without a zone; rounded up, so that it never fires early. */
function atExpression(instant: EpochMs): string {
  const second = epochMs(Math.ceil(instant / 1_000) * 1_000);
  return `at(${isoTime(second).slice(0, 19)})`;
}

function scheduleOf(options: SchedulerOptions, leaseId: LeaseId, at: EpochMs) {
  return {
    Name: `${options.deployment}-${leaseId}`,
    GroupName: options.group,
    ScheduleExpression: atExpression(at),
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    // An update replaces everything that it doesn't name: said here, so that no default decides.
    State: 'ENABLED',
    // A target that arms its own schedule again must not lose it to the clean-up of this firing:
    // it is deleted by `disarm`, when the lease has ended.
    ActionAfterCompletion: 'NONE',
    Target: {
      Arn: options.targetArn,
      RoleArn: options.roleArn,
      DeadLetterConfig: { Arn: options.deadLetterArn },
      Input: JSON.stringify({ leaseId }),
      RetryPolicy: RETRIES,
    },
  } as const satisfies UpdateScheduleCommandInput;
}

function down(call: string, cause: unknown): Failure {
  const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new Failure('ProviderDown', `EventBridge Scheduler failed to ${call}: ${detail}`, {
    cause,
  });
}

type SetOutcome = 'set' | 'missing' | 'conflict';

/** Sends one call; a schedule that is missing or just being changed is an outcome. */
async function attempt(call: string, send: () => Promise<unknown>): Promise<SetOutcome> {
  try {
    await send();
    return 'set';
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return 'missing';
    if (error instanceof ConflictException) return 'conflict';
    throw down(call, error);
  }
}

/** The scheduler port on EventBridge. Its methods throw ProviderDown and repeat safely. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { region, endpoint, credentials } = options;
  const client = new SchedulerClient({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    ...BOUNDS,
  });
  return {
    async arm(leaseId, at) {
      const schedule = scheduleOf(options, leaseId, at);
      let outcome: SetOutcome = 'conflict';
      for (let round = 1; round <= ROUNDS_MOST && outcome !== 'set'; round += 1) {
        const update = () => client.send(new UpdateScheduleCommand(schedule));
        outcome = await attempt('move a schedule', update);
        if (outcome !== 'missing') continue;
        const create = () => client.send(new CreateScheduleCommand(schedule));
        outcome = await attempt('create a schedule', create);
        // A group that is missing stays so: asking again would not help.
        if (outcome === 'missing') break;
      }
      if (outcome !== 'set') throw down('set a schedule', outcome);
    },
    async disarm(leaseId) {
      const { Name, GroupName } = scheduleOf(options, leaseId, epochMs(0));
      const remove = () => client.send(new DeleteScheduleCommand({ Name, GroupName }));
      const outcome = await attempt('delete a schedule', remove);
      if (outcome === 'conflict') throw down('delete a schedule', outcome);
    },
  };
}
