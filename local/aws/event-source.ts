// A Lambda event source on a local queue: it calls a function with each message and deletes the
// message when the function reports no failure. Batch size 1, ReportBatchItemFailures on.

import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import type { SQSEvent } from 'aws-lambda';
import * as z from 'zod/mini';
import { seconds } from '../../shared/core/base/time.ts';
import type { EngineClock } from '../workflow/clock.ts';
import type { LocalQueue } from './queue.ts';
import { createQueueFaults, type QueueFaults } from './queue-faults.ts';
import type { ReceivedMessage } from './queue-journal.ts';

export type EventSourceOptions = {
  readonly clock: EngineClock;
  readonly queue: LocalQueue;
  /** How many messages are with the function at once. */
  readonly maxConcurrency: number;
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  /** Called for each failed delivery, which is repeated, and with null for a failed receive. */
  readonly onError: (error: unknown, messageId: string | null) => void;
  readonly faults?: QueueFaults;
};

export type EventSource = {
  /** Delivers no more. What a running function reports is lost. */
  close(): void;
};

/** The wait before messages are received again after the queue failed. */
const RETRY_AFTER = seconds(1);
/** What is left of the visibility when a late delivery starts. */
const LAST_SECOND = seconds(1);

const REGION = 'us-east-1';

/** The event that Lambda gives to a function (developer guide, November 2026). */
function eventOf(queueName: string, { sent, hidden }: ReceivedMessage): SQSEvent {
  const record = {
    messageId: sent.id,
    receiptHandle: hidden.receipt,
    body: sent.body,
    attributes: {
      ApproximateReceiveCount: String(hidden.receives),
      SentTimestamp: String(sent.at),
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: String(hidden.firstReceivedAt),
      MessageGroupId: sent.group,
      MessageDeduplicationId: sent.deduplicationId,
    },
    messageAttributes: {},
    md5OfBody: createHash('md5').update(sent.body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${REGION}:000000000000:${queueName}`,
    awsRegion: REGION,
  };
  return { Records: [record] };
}

const FailedItem = z.object({ itemIdentifier: z.string().check(z.minLength(1)) });
const Reply = z.nullish(z.object({ batchItemFailures: z.nullish(z.array(FailedItem)) }));

/** An empty reply is a success, one that can't be read a failure (developer guide, 2026). */
function isSuccess(reply: unknown): boolean {
  const { success, data } = Reply.safeParse(reply);
  return success && (data?.batchItemFailures ?? []).length === 0;
}

/** Starts to deliver messages, until it is closed. */
export function startEventSource(options: EventSourceOptions): EventSource {
  const { clock, queue, maxConcurrency, invoke, onError } = options;
  const { faults = createQueueFaults() } = options;
  let running = 0;
  let closed = false;

  const call = async (message: ReceivedMessage): Promise<void> => {
    if (closed) return;
    try {
      const reply = await invoke(eventOf(queue.name, message));
      if (!closed && isSuccess(reply)) await queue.delete(message.hidden.receipt);
    } catch (error) {
      if (!closed) onError(error, message.sent.id);
    }
  };
  const deliver = async (message: ReceivedMessage): Promise<void> => {
    const fault = faults.take('delivery');
    if (fault === 'late') {
      await new Promise<void>((go) => void clock.at(message.hidden.until - LAST_SECOND, go));
    }
    await Promise.all([call(message), ...(fault === 'twice' ? [call(message)] : [])]);
    running -= 1;
    pump();
  };
  const receive = (): ReceivedMessage | null => {
    try {
      return queue.receive();
    } catch (error) {
      onError(error, null);
      clock.at(clock.now() + RETRY_AFTER, pump);
      return null;
    }
  };
  const pump = (): void => {
    while (!closed && running < maxConcurrency) {
      const message = receive();
      if (message === null) return;
      running += 1;
      void deliver(message);
    }
  };

  // Not in the context of the call that sent a message: it may be over before the delivery is.
  const inOwnContext = AsyncLocalStorage.snapshot();
  queue.watch(() => inOwnContext(pump));
  return {
    close() {
      closed = true;
      queue.watch(null);
    },
  };
}
