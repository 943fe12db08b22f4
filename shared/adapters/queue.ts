// A queue of provider work in SQS. Sending is safe to repeat, since SQS drops a repeated
// de-duplication id. A receipt that has expired is an outcome, not an error.

import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Failure } from '../core/base/failure.ts';
import { wholeSeconds } from '../core/base/time.ts';
import type { WorkQueue } from '../ports/queue.ts';
import { createCalls, failureOf, type Trouble } from './aws/calls.ts';
import { type AwsAccess, clientConfig } from './aws/client-config.ts';

export type QueueOptions = AwsAccess & { readonly queueUrl: string };

const down = (call: string, trouble: Trouble): Failure =>
  failureOf(trouble, 'ProviderDown', `SQS failed to ${call}`);

/**
 * Whether the receipt no longer holds the message. SQS documents MessageNotInflight, and returns
 * InvalidParameterValue for the receipt handle (re:Post, "ReceiptHandleIsInvalid", November 2026).
 */
const isExpired = ({ name, message }: Trouble): boolean =>
  name === 'MessageNotInflight' ||
  (name === 'InvalidParameterValue' && message.includes('parameter ReceiptHandle'));

/** The queue port on SQS. Its methods throw ProviderDown and repeat safely. */
export function createQueue(options: QueueOptions): WorkQueue {
  const { queueUrl: QueueUrl, ...access } = options;
  const client = new SQSClient(clientConfig(access));
  const calls = createCalls(client);
  return {
    async send({ message, group, deduplicationId }) {
      const command = new SendMessageCommand({
        QueueUrl,
        MessageBody: JSON.stringify(message),
        MessageGroupId: group,
        MessageDeduplicationId: deduplicationId,
      });
      const sent = await calls(() => client.send(command));
      if (sent.kind === 'trouble') throw down('send a message', sent);
    },
    // A receipt is as long as a message may be: without it, the reason is not cut off.
    async changeVisibility(receipt, length) {
      const command = new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: receipt,
        VisibilityTimeout: wholeSeconds(length, 0),
      });
      const sent = await calls(() => client.send(command), receipt);
      if (sent.kind === 'reply') return 'changed';
      if (isExpired(sent)) return 'expired';
      throw down('change the visibility of a message', sent);
    },
  };
}
