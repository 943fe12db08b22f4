// What each need of the function list grants: the exact actions on the exact resources. A need
// grants what its use cases call and nothing more.

import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { BY_CONSUMER_INDEX, OPEN_INDEX } from '../shared/adapters/dynamodb/schema.ts';
import { RUN_FUNCTIONS, WORKERS } from '../shared/core/base/functions.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import type { Data } from './data.ts';
import type { Need } from './function-list.ts';
import { functionArn, stateMachineArn } from './names.ts';
import type { WorkQueues } from './queues.ts';
import type { DeadlineSchedules } from './schedules.ts';
import type { Secrets } from './secrets.ts';

/** The resources that functions may be allowed to use. */
export type Reachable = {
  readonly scope: Construct;
  readonly deployment: string;
  readonly data: Data;
  readonly secrets: Secrets;
  readonly schedules: DeadlineSchedules;
  readonly queues: WorkQueues;
};

const allow = (actions: readonly string[], resource: string): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [resource] });

const dynamo = (operations: readonly string[], arn: string): PolicyStatement =>
  allow(
    operations.map((operation) => `dynamodb:${operation}`),
    arn,
  );

/** What Lambda does with the queue in the worker's name, and the worker's own hold on a message. */
const takeFrom = (queueArn: string): PolicyStatement =>
  allow(
    [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ChangeMessageVisibility',
    ],
    queueArn,
  );

const CHANGE = ['GetItem', 'PutItem', 'UpdateItem'];
const SNAPSHOTS = 'snapshots/*';

/** Without it, S3 reports a missing object as one that may not be read. */
function listSnapshots(bucketArn: string): PolicyStatement {
  const statement = allow(['s3:ListBucket'], bucketArn);
  statement.addCondition('StringLike', { 's3:prefix': SNAPSHOTS });
  return statement;
}

/** Creating a schedule passes on the role that calls its target. */
function passRole(roleArn: string): PolicyStatement {
  const statement = allow(['iam:PassRole'], roleArn);
  statement.addCondition('StringEquals', { 'iam:PassedToService': 'scheduler.amazonaws.com' });
  return statement;
}

const GRANTS: Readonly<Record<Need, (to: Reachable) => readonly PolicyStatement[]>> = {
  records: ({ data: { tables } }) => [
    dynamo(CHANGE, tables.leases.tableArn),
    dynamo(CHANGE, tables.ledger.tableArn),
  ],
  'list-leases': ({ data: { tables } }) => [
    dynamo(['GetItem'], tables.leases.tableArn),
    dynamo(['Query'], `${tables.leases.tableArn}/index/${BY_CONSUMER_INDEX.name}`),
  ],
  'read-events': ({ data }) => [dynamo(['GetItem', 'Query'], data.tables.leases.tableArn)],
  heartbeat: ({ data }) => [dynamo(['GetItem', 'UpdateItem'], data.tables.leases.tableArn)],
  'record-ingest': ({ data }) => [dynamo(['GetItem', 'PutItem'], data.tables.inventory.tableArn)],
  'open-leases': ({ data: { tables } }) => [
    dynamo(['BatchGetItem'], tables.leases.tableArn),
    dynamo(['Query'], `${tables.leases.tableArn}/index/${OPEN_INDEX.name}`),
  ],
  'read-books': ({ data: { tables } }) => [
    dynamo(['BatchGetItem'], tables.leases.tableArn),
    dynamo(['BatchGetItem', 'GetItem', 'Query'], tables.ledger.tableArn),
  ],
  'close-days': ({ data }) => [dynamo(['PutItem'], data.tables.ledger.tableArn)],
  'all-accounts': ({ data }) => [dynamo(['BatchGetItem', 'Query'], data.tables.ledger.tableArn)],
  'read-freezes': ({ data }) => [
    dynamo(['BatchGetItem', 'GetItem', 'Query'], data.tables.leases.tableArn),
  ],
  'place-freezes': ({ data }) => [dynamo([...CHANGE, 'Query'], data.tables.leases.tableArn)],
  'read-sweeps': ({ data }) => [dynamo(['GetItem', 'Query'], data.tables.inventory.tableArn)],
  'write-sweeps': ({ data }) => [dynamo([...CHANGE, 'Query'], data.tables.inventory.tableArn)],
  'request-runs': ({ scope, deployment, data }) => [
    dynamo(['GetItem', 'PutItem'], data.tables.live.tableArn),
    ...Object.values(RUN_FUNCTIONS).map((name) =>
      allow(['lambda:InvokeFunction'], functionArn(scope, deployment, name)),
    ),
  ],
  'carry-out-runs': ({ data }) => [dynamo(['PutItem', 'Query'], data.tables.live.tableArn)],
  'read-menu': ({ data: { tables, snapshots } }) => [
    dynamo(['GetItem'], tables.inventory.tableArn),
    allow(['s3:GetObject'], snapshots.arnForObjects(SNAPSHOTS)),
    listSnapshots(snapshots.bucketArn),
  ],
  'pass-over-offers': ({ data }) => [dynamo(['UpdateItem'], data.tables.inventory.tableArn)],
  'admit-accounts': ({ data }) => [dynamo(['GetItem', 'PutItem'], data.tables.inventory.tableArn)],
  'draw-tickets': ({ data }) => [dynamo(['GetItem', 'UpdateItem'], data.tables.inventory.tableArn)],
  'read-tickets': ({ data }) => [dynamo(['GetItem'], data.tables.inventory.tableArn)],
  'take-passes': ({ data }) => [dynamo(['GetItem', 'PutItem'], data.tables.inventory.tableArn)],
  'take-room': ({ data }) => [dynamo(['GetItem', 'UpdateItem'], data.tables.inventory.tableArn)],
  'publish-menu': ({ data: { tables, snapshots } }) => [
    dynamo(['GetItem', 'PutItem'], tables.inventory.tableArn),
    allow(['s3:PutObject'], snapshots.arnForObjects(SNAPSHOTS)),
  ],
  'start-workflow': ({ scope, deployment }) => [
    allow(['states:StartExecution'], stateMachineArn(scope, deployment)),
  ],
  'list-workflows': ({ scope, deployment }) => [
    allow(['states:ListExecutions'], stateMachineArn(scope, deployment)),
  ],
  'wake-workflow': ({ scope, deployment }) => [
    allow(['states:SendTaskSuccess', 'states:SendTaskFailure'], stateMachineArn(scope, deployment)),
  ],
  'send-work': ({ queues }) =>
    WORKERS.map((worker) => allow(['sqs:SendMessage'], queues[worker].queue.queueArn)),
  'take-provider-work': ({ queues }) => [takeFrom(queues['work-provider'].queue.queueArn)],
  'take-list-work': ({ queues }) => [takeFrom(queues['work-list'].queue.queueArn)],
  'heartbeat-workflow': ({ scope, deployment }) => [
    allow(
      ['states:SendTaskSuccess', 'states:SendTaskHeartbeat'],
      stateMachineArn(scope, deployment),
    ),
  ],
  'arm-schedule': ({ schedules }) => [
    allow(['scheduler:CreateSchedule', 'scheduler:UpdateSchedule'], schedules.schedulesArn),
    passRole(schedules.roleArn),
  ],
  'disarm-schedule': ({ schedules }) => [
    allow(['scheduler:DeleteSchedule'], schedules.schedulesArn),
  ],
  'tag-key': ({ secrets }) => [allow(['secretsmanager:GetSecretValue'], secrets.tagKey.secretArn)],
  'cursor-key': ({ secrets }) => [
    allow(['secretsmanager:GetSecretValue'], secrets.cursorKey.secretArn),
  ],
  'provider-keys': ({ secrets }) =>
    secrets.providers.map(({ secret }) =>
      allow(['secretsmanager:GetSecretValue'], secret.secretArn),
    ),
};

/** The statements for a function with these needs. */
export const statementsFor = (needs: readonly Need[], to: Reachable): readonly PolicyStatement[] =>
  needs.flatMap((need) => GRANTS[need](to));

/** Acknowledges the two resources that are named with a `*`. */
export function acknowledgeWildcards(functions: Construct, to: Reachable): void {
  const { data, schedules } = to;
  const version = 'The name of a snapshot is its version, which the function chooses.';
  acknowledgeWildcard(functions, data.snapshots.arnForObjects(SNAPSHOTS), version);
  acknowledgeWildcard(
    functions,
    schedules.schedulesArn,
    'The name of a schedule contains its lease id.',
  );
}
