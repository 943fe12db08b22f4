// The queues of provider work, each with the function that takes its messages and the queue that
// keeps those that came too often.

import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  DeduplicationScope,
  FifoThroughputLimit,
  Queue,
  QueueEncryption,
} from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { WORKERS, type Worker } from '../shared/core/base/functions.ts';
import { policy } from '../shared/core/base/policy/policy.ts';
import { total } from '../shared/core/base/time.ts';
import { acknowledge } from './acknowledge.ts';
import type { Alarms } from './alarms/alarms.ts';
import { nameOf } from './names.ts';

export type WorkQueues = Readonly<Record<Worker, { readonly queue: Queue; readonly dead: Queue }>>;

/** Of one group, messages come in order, and one at a time. An id counts within its group. */
function fifo(queueName: string) {
  return {
    queueName: `${queueName}.fifo`,
    fifo: true,
    deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
    fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.millis(policy.queue.retention),
  };
}

function createQueue(scope: Construct, worker: Worker, deployment: string) {
  const { maxReceives, visibilityMargin } = policy.queue;
  const dead = new Queue(scope, `${worker}-dead`, fifo(nameOf(deployment, `${worker}-dead`)));
  acknowledge(dead, { 'AwsSolutions-SQS3': 'This queue is the dead-letter queue.' });
  const queue = new Queue(scope, worker, {
    ...fifo(nameOf(deployment, worker)),
    visibilityTimeout: Duration.millis(total(policy.functionTimeout[worker], visibilityMargin)),
    deadLetterQueue: { queue: dead, maxReceiveCount: maxReceives },
  });
  return { queue, dead };
}

/** Creates the queues; nothing takes their messages before `deliverWork`. */
export function createWorkQueues(scope: Construct, deployment: string): WorkQueues {
  const here = new Construct(scope, 'queues');
  return Object.fromEntries(
    WORKERS.map((worker) => [worker, createQueue(here, worker, deployment)]),
  ) as WorkQueues;
}

/** Delivers the messages of each queue to its worker, one at a time: a batch could mix groups. */
export function deliverWork(
  scope: Construct,
  queues: WorkQueues,
  {
    functions,
    alarms,
  }: { readonly functions: (name: Worker) => IFunction; readonly alarms: Alarms },
): void {
  for (const worker of WORKERS) {
    const { queue, dead } = queues[worker];
    new EventSourceMapping(scope, `deliver-${worker}`, {
      target: functions(worker),
      eventSourceArn: queue.queueArn,
      batchSize: 1,
      reportBatchItemFailures: true,
      maxConcurrency: policy.queue.maxConcurrency,
    });
    alarms.onMessages(`dead-${worker}`, dead);
  }
}
