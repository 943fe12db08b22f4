// The alarm clock of a deployed service: one EventBridge schedule per lease, whose target ends the
// lease without the workflow. It must never report a schedule as set that isn't.

import { Failure } from '../core/base/failure.ts';
import type { DeploymentId, LeaseId } from '../core/base/ids.ts';
import { type EpochMs, epochMs, isoTime, seconds } from '../core/base/time.ts';
import type { Scheduler } from '../ports/scheduler.ts';
import {
  type AwsAccess,
  type AwsRequest,
  type Caller,
  createCaller,
  escaped,
} from './aws/caller.ts';

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

/** One call takes at most 3 x 5 s and its pauses, below the timeout of any function. */
const LIMITS = { connect: seconds(2), exchange: seconds(5) };

/** The most EventBridge allows: 185 retries within 24 h (API reference, seen November 2026). */
const RETRIES = { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 };

/** Rounds of update and create: each loss means that another actor has just set the schedule. */
const MAX_ROUNDS = 3;

/** `at(...)` takes whole seconds without a zone; rounded up, so that it never fires early. */
function atExpression(instant: EpochMs): string {
  const second = epochMs(Math.ceil(instant / 1_000) * 1_000);
  return `at(${isoTime(second).slice(0, 19)})`;
}

/** Everything about a schedule but its name, which stands in the path. */
function scheduleOf(options: SchedulerOptions, leaseId: LeaseId, at: EpochMs) {
  return {
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
  };
}

function down(call: string, outcome: string, cause?: unknown): Failure {
  const message = `EventBridge Scheduler failed to ${call}: ${outcome}`;
  return new Failure('ProviderDown', message, { cause });
}

type SetOutcome = 'set' | 'missing' | 'conflict';

/** What each method of a schedule's path does, in words and by its name at AWS. */
const CALLS = {
  PUT: { call: 'move a schedule', operation: 'UpdateSchedule' },
  POST: { call: 'create a schedule', operation: 'CreateSchedule' },
  DELETE: { call: 'delete a schedule', operation: 'DeleteSchedule' },
} as const;

type Asked = Pick<AwsRequest, 'path' | 'query' | 'body'> & { readonly method: keyof typeof CALLS };

/** Sends one call; a schedule that is missing or just being changed is an outcome. */
async function attempt(caller: Caller, asked: Asked): Promise<SetOutcome> {
  const { call, operation } = CALLS[asked.method];
  const headers = { 'content-type': 'application/json' };
  const answer = await caller({ ...asked, operation, headers });
  if (answer.kind === 'reply') return 'set';
  if (answer.name === 'ResourceNotFoundException') return 'missing';
  if (answer.name === 'ConflictException') return 'conflict';
  throw down(call, `${answer.name}: ${answer.message}`, answer);
}

/** The scheduler port on EventBridge. Its methods throw ProviderDown and repeat safely. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { deployment, group } = options;
  const caller = createCaller({ ...options, service: 'scheduler', limits: LIMITS });
  const pathOf = (leaseId: LeaseId) => `/schedules/${escaped(`${deployment}-${leaseId}`)}`;
  return {
    async arm(leaseId, at) {
      const path = pathOf(leaseId);
      const body = JSON.stringify(scheduleOf(options, leaseId, at));
      let outcome: SetOutcome = 'conflict';
      for (let round = 1; round <= MAX_ROUNDS && outcome !== 'set'; round += 1) {
        outcome = await attempt(caller, { method: 'PUT', path, body });
        if (outcome !== 'missing') continue;
        outcome = await attempt(caller, { method: 'POST', path, body });
        // A group that is missing stays so: asking again would not help.
        if (outcome === 'missing') break;
      }
      if (outcome !== 'set') throw down('set a schedule', outcome);
    },
    async disarm(leaseId) {
      const query = { groupName: group };
      const outcome = await attempt(caller, { method: 'DELETE', path: pathOf(leaseId), query });
      if (outcome === 'conflict') throw down('delete a schedule', outcome);
    },
  };
}
