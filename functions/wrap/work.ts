// The functions of the work queues: they unwrap the messages, and tell Lambda which ones must be
// delivered again.

import middy from '@middy/core';
import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod/mini';
import { parse } from '../../shared/api/parse.ts';
import { compose, type Factory } from '../../shared/app/runtime.ts';
import type { Received } from '../../shared/core/lease/work-message.ts';
import { watch } from './watch.ts';

/** The event of a queue (Lambda developer guide, November 2026). */
const Deliveries = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      receiptHandle: z.string(),
      body: z.string(),
      attributes: z.object({ ApproximateReceiveCount: z.coerce.number() }),
    }),
  ),
});

/** The value in a body; null when it is not JSON. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** The function that takes the messages of a queue; its event source gives it one at a time. */
export const work = (factory: Factory<(received: Received) => Promise<'finished' | 'again'>>) =>
  middy<unknown, SQSBatchResponse>()
    .use(watch(() => 'work'))
    .handler(async (event) => {
      const batchItemFailures: { itemIdentifier: string }[] = [];
      for (const record of parse(Deliveries, event).Records) {
        const { messageId: id, receiptHandle: receipt, attributes } = record;
        const body = parsed(record.body);
        const receives = attributes.ApproximateReceiveCount;
        const done = await compose(factory)({ id, receipt, body, receives });
        if (done === 'again') batchItemFailures.push({ itemIdentifier: id });
      }
      return { batchItemFailures };
    });
