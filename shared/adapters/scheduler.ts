// Deadlines of a deployed service: one EventBridge schedule per lease, whose target ends the lease
// without the workflow. It must never report a schedule as set when it is not.

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
  /** The schedule group, which must exist. */
  readonly group: string;
  /** The function that ends a lease at its deadline. */
  readonly targetArn: string;
  /** The role with which EventBridge invokes the target. */
  readonly roleArn: string;
  /** The dead-letter queue of invocations whose retries failed. */
  readonly deadLetterArn: string;
};

/** EventBridge's maximum: 185 retries within 24 h (API reference, November 2026). */
const RETRIES = { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 };

/** Rounds of update and create: in each lost race, another actor has just set the schedule. */
const MAX_ROUNDS = 3;

/** `at(...)` has whole seconds without a zone; rounded up, so that it never fires early. */
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
    // An update resets every field that it doesn't name, so name them all.
    State: 'ENABLED',
    // NONE, since a target may arm its own schedule again: `disarm` deletes it when the lease has
    // ended.
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

/** A missing or locked schedule is an outcome; every other error is thrown. */
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
        // The group is missing: another round would not help.
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
