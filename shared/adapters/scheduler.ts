// The alarm clock of a deployed service: one EventBridge schedule per lease, whose target ends the
// lease without the workflow. It must never report a schedule as set that isn't.

import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { Failure } from '../core/base/failure.ts';
import type { DeploymentId, LeaseId } from '../core/base/ids.ts';
import { type EpochMs, epochMs, isoTime } from '../core/base/time.ts';
import type { Scheduler } from '../ports/scheduler.ts';
import { createCalls, failureOf, type Sent } from './aws/calls.ts';
import { type AwsAccess, clientConfig } from './aws/client-config.ts';

export type SchedulerOptions = AwsAccess & {
  readonly deployment: DeploymentId;
  /** The schedule group; it exists before the first lease. */
  readonly group: string;
  /** The function that ends a lease at its deadline. */
  readonly targetArn: string;
  /** What EventBridge calls it as. */
  readonly roleArn: string;
  /** Where a call goes that failed to the end of its retries. */
  readonly deadLetterArn: string;
};

/** The most EventBridge allows: 185 retries within 24 h (API reference, seen November 2026). */
const RETRIES = { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 };

/** Rounds of update and create: each loss means that another actor has just set the schedule. */
const MAX_ROUNDS = 3;

/** `at(...)` takes whole seconds without a zone; rounded up, so that it never fires early. */
function atExpression(instant: EpochMs): string {
  const second = epochMs(Math.ceil(instant / 1_000) * 1_000);
  return `at(${isoTime(second).slice(0, 19)})`;
}

const nameOf = ({ deployment }: SchedulerOptions, leaseId: LeaseId): string =>
  `${deployment}-${leaseId}`;

function scheduleOf(options: SchedulerOptions, leaseId: LeaseId, at: EpochMs) {
  return {
    Name: nameOf(options, leaseId),
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
  } as const;
}

type SetOutcome = 'set' | 'missing' | 'conflict';

const failed = (call: string): string => `EventBridge Scheduler failed to ${call}`;

const down = (call: string, outcome: SetOutcome): Failure =>
  new Failure('ProviderDown', `${failed(call)}: ${outcome}`);

/** A schedule that is missing or just being changed is an outcome; all else is trouble. */
function setOutcome(call: string, sent: Sent<unknown>): SetOutcome {
  if (sent.kind === 'reply') return 'set';
  if (sent.name === 'ResourceNotFoundException') return 'missing';
  if (sent.name === 'ConflictException') return 'conflict';
  throw failureOf(sent, 'ProviderDown', failed(call));
}

/** The scheduler port on EventBridge. Its methods throw ProviderDown and repeat safely. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const client = new SchedulerClient(clientConfig(options));
  const calls = createCalls(client);
  const send = async (call: string, sending: () => Promise<unknown>): Promise<SetOutcome> =>
    setOutcome(call, await calls(sending));
  return {
    async arm(leaseId, at) {
      const schedule = scheduleOf(options, leaseId, at);
      let outcome: SetOutcome = 'conflict';
      for (let round = 1; round <= MAX_ROUNDS && outcome !== 'set'; round += 1) {
        outcome = await send('move a schedule', () =>
          client.send(new UpdateScheduleCommand(schedule)),
        );
        if (outcome !== 'missing') continue;
        outcome = await send('create a schedule', () =>
          client.send(new CreateScheduleCommand(schedule)),
        );
        // A group that is missing stays so: asking again would not help.
        if (outcome === 'missing') break;
      }
      if (outcome !== 'set') throw down('set a schedule', outcome);
    },
    async disarm(leaseId) {
      const named = { Name: nameOf(options, leaseId), GroupName: options.group };
      const outcome = await send('delete a schedule', () =>
        client.send(new DeleteScheduleCommand(named)),
      );
      if (outcome === 'conflict') throw down('delete a schedule', outcome);
    },
  };
}
