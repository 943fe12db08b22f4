// The schedules. Functions create one for each lease, whose target ends the lease at its deadline
// without the workflow. Calls that fail after all retries are kept in a queue with an alarm.

import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule, ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { TimerFunction } from '../shared/core/base/functions.ts';
import { policy } from '../shared/core/base/policy/policy.ts';
import { type ProviderName, reportingCharges } from '../shared/core/base/providers.ts';
import { type DurationMs, minutes } from '../shared/core/base/time.ts';
import { acknowledge } from './acknowledge.ts';
import type { Functions } from './functions.ts';
import { functionArn, nameOf } from './names.ts';
import type { Settings } from './settings.ts';

export type DeadlineSchedules = {
  readonly group: ScheduleGroup;
  /** Every schedule that functions may create. */
  readonly schedulesArn: string;
  readonly targetArn: string;
  readonly roleArn: string;
  /** Calls that could not be handed to their function. */
  readonly queue: Queue;
  /** Calls of a lease's schedule that its function failed. */
  readonly unfinished: Queue;
  /** Calls that other functions failed; the next schedule or the sweep repeats their work. */
  readonly dropped: Queue;
};

const schedulerArn = (scope: Construct, resource: string, resourceName: string): string =>
  Stack.of(scope).formatArn({
    service: 'scheduler',
    resource,
    resourceName,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });

type RoleProps = { readonly groupName: string; readonly targetArn: string; readonly queue: Queue };

/** Lets EventBridge call one function for schedules of one group, and keep what failed. */
function roleFor(scope: Construct, id: string, { groupName, targetArn, queue }: RoleProps): Role {
  const assumedBy = new ServicePrincipal('scheduler.amazonaws.com', {
    conditions: {
      StringEquals: {
        'aws:SourceAccount': Stack.of(scope).account,
        'aws:SourceArn': schedulerArn(scope, 'schedule-group', groupName),
      },
    },
  });
  const role = new Role(scope, id, { assumedBy });
  const allow = (action: string, resource: string): void => {
    const statement = { effect: Effect.ALLOW, actions: [action], resources: [resource] };
    role.addToPolicy(new PolicyStatement(statement));
  };
  allow('lambda:InvokeFunction', targetArn);
  allow('sqs:SendMessage', queue.queueArn);
  return role;
}

function queueOfFailures(scope: Construct, id: string): Queue {
  const queue = new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  acknowledge(queue, { 'AwsSolutions-SQS3': 'This queue is the dead-letter queue.' });
  return queue;
}

function createGroup(scope: Construct, scheduleGroupName: string): ScheduleGroup {
  return new ScheduleGroup(scope, 'group', {
    scheduleGroupName,
    // Without its functions, a schedule ends nothing; a group that stays blocks the next deploy.
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** Creates the group, role and queues of the leases' own schedules. */
export function createDeadlineSchedules(scope: Construct, deployment: string): DeadlineSchedules {
  const here = new Construct(scope, 'deadlines');
  const groupName = nameOf(deployment, 'deadlines');
  const group = createGroup(here, groupName);
  const queue = queueOfFailures(here, 'failed');
  const unfinished = queueOfFailures(here, 'unfinished');
  const dropped = queueOfFailures(here, 'dropped');
  const targetArn = functionArn(here, deployment, 'timer-deadline');
  const role = roleFor(here, 'role', { groupName, targetArn, queue });
  const schedulesArn = schedulerArn(here, 'schedule', `${groupName}/${deployment}-*`);
  return { group, schedulesArn, targetArn, roleArn: role.roleArn, queue, unfinished, dropped };
}

type Repeating = {
  readonly name: string;
  readonly target: TimerFunction;
  /** An interval, or else a time of day in UTC in the syntax of EventBridge. */
  readonly every?: DurationMs;
  readonly cron?: string;
  readonly input: object;
};

const refresh = (provider: ProviderName): Repeating => ({
  name: `refresh-${provider}`,
  target: 'timer-refresh',
  every: policy.menu.refreshEvery,
  input: { provider },
});
const sweep = (provider: ProviderName): Repeating => ({
  name: `sweep-${provider}`,
  target: 'timer-sweep',
  every: minutes(1),
  input: { provider, unlessIdle: true },
});
const reconcile = (provider: ProviderName): Repeating => ({
  name: `reconcile-${provider}`,
  target: 'timer-reconcile',
  every: policy.reconcile.every,
  input: { provider },
});

/** The work that a deployment repeats: menus, sweeps, charges, freezes, books. */
const repeating = (providers: readonly ProviderName[]): readonly Repeating[] => [
  ...providers.flatMap((provider) => [refresh(provider), sweep(provider)]),
  ...reportingCharges(providers).map(reconcile),
  { name: 'freezes', target: 'timer-freezes', every: minutes(1), input: {} },
  // A day may be closed from half an hour after midnight.
  { name: 'books', target: 'timer-books', cron: 'cron(35 0 * * ? *)', input: {} },
];

export type RepeatingProps = {
  readonly settings: Pick<Settings, 'deployment' | 'enabledProviders'>;
  /** Takes the calls that can't be handed to their function. */
  readonly queue: Queue;
  readonly functions: Functions;
  /** What the functions call. */
  readonly machine: StateMachine;
};

/** Creates the schedules that repeat. Scheduler hands each call over once: the next comes soon. */
export function createRepeatingSchedules(scope: Construct, props: RepeatingProps): ScheduleGroup {
  const { settings, queue, functions, machine } = props;
  const { deployment, enabledProviders } = settings;
  const here = new Construct(scope, 'repeating');
  const groupName = nameOf(deployment, 'repeating');
  const group = createGroup(here, groupName);
  const roles = new Map<string, Role>();
  for (const { name, target, every = minutes(60), cron, input } of repeating(enabledProviders)) {
    const { functionArn: targetArn } = functions(target);
    const role =
      roles.get(target) ?? roleFor(here, `${target}-role`, { groupName, targetArn, queue });
    roles.set(target, role);
    const length = Duration.millis(every).toMinutes();
    const schedule = new CfnSchedule(here, name, {
      name: nameOf(deployment, name),
      groupName: group.scheduleGroupName,
      scheduleExpression: cron ?? `rate(${length} ${length === 1 ? 'minute' : 'minutes'})`,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: targetArn,
        roleArn: role.roleArn,
        input: JSON.stringify(input),
        deadLetterConfig: { arn: queue.queueArn },
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: every / 1_000 },
      },
    });
    // A schedule that exists before what it calls rings an alarm on a first deploy.
    schedule.node.addDependency(group, role, functions(target), machine);
  }
  return group;
}
