// The queue port on SQS, over its real wire format.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createQueue } from '../../../shared/adapters/queue.ts';
import { durationMs, minutes, seconds } from '../../../shared/core/base/time.ts';
import type { StepMessage } from '../../../shared/core/lease/work-message.ts';
import { aLeaseId } from '../../support/builders/base.ts';
import { type Answer, accessTo, ok, startAwsWire } from './aws-wire.ts';

const queueUrl = 'https://sqs.eu-west-1.amazonaws.com/123456789012/provider-work.fifo';
const queueAt = (endpoint: string) => createQueue({ ...accessTo(endpoint), queueUrl });

const message: StepMessage = { lease: aLeaseId(), generation: 1, step: 'launch', turn: 2 };
const BODY = `{"lease":"${aLeaseId()}","generation":1,"step":"launch","turn":2}`;
const work = { message, group: 'a#launch#0', deduplicationId: `${aLeaseId()}-2-launch-0-1` };

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const accepted = (body = BODY) => ok({ MessageId: 'm', MD5OfMessageBody: md5(body) });

/** SQS names its errors in a header, as in its older protocol; the name in the body may differ. */
const refusal = (code: string, text = `because of ${code}`, status = 400): Answer => ({
  status,
  headers: { 'x-amzn-query-error': `${code};Sender` },
  body: { __type: 'com.amazonaws.sqs#AnotherName', message: text },
});

describe('send', () => {
  it('sends the message as JSON, with its group and de-duplication id', async () => {
    await using wire = await startAwsWire(accepted());
    await queueAt(wire.endpoint).send(work);
    expect(wire.calls).toMatchObject([
      {
        method: 'POST',
        target: 'AmazonSQS.SendMessage',
        body: {
          QueueUrl: queueUrl,
          MessageBody: BODY,
          MessageGroupId: work.group,
          MessageDeduplicationId: work.deduplicationId,
        },
      },
    ]);
    expect(wire.calls[0]?.authorization).toContain('/eu-west-1/sqs/aws4_request');
  });

  it('sends the same bytes when repeated, so that SQS drops the second message', async () => {
    await using wire = await startAwsWire(accepted());
    const queue = queueAt(wire.endpoint);
    await queue.send(work);
    await queue.send(work);
    expect(wire.calls[1]?.text).toBe(wire.calls[0]?.text);
  });

  it('repeats a call whose reply was lost', async () => {
    await using wire = await startAwsWire('tear', accepted());
    await queueAt(wire.endpoint).send(work);
    expect(wire.calls[1]?.text).toBe(wire.calls[0]?.text);
  });

  it.each([
    ['ProviderDown', 'AWS.SimpleQueueService.NonExistentQueue'],
    ['ProviderDown', 'InvalidParameterValue'],
    ['AccessDenied', 'AccessDenied'],
  ])('fails as %s for %s', async (name, code) => {
    await using wire = await startAwsWire(refusal(code));
    await expect(queueAt(wire.endpoint).send(work)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(`because of ${code}`),
    });
  });

  it('fails as ProviderDown when SQS stored another text', async () => {
    await using wire = await startAwsWire(accepted('another text'));
    await expect(queueAt(wire.endpoint).send(work)).rejects.toMatchObject({ name: 'ProviderDown' });
  });

  it('fails as ProviderDown when no server listens', async () => {
    const gone = await startAwsWire();
    await gone[Symbol.asyncDispose]();
    await expect(queueAt(gone.endpoint).send(work)).rejects.toMatchObject({ name: 'ProviderDown' });
  });
});

describe('changeVisibility', () => {
  const RECEIPT = 'AQEB'.repeat(100);
  const invalid = (reason: string) =>
    refusal(
      'InvalidParameterValue',
      `Value ${RECEIPT} for parameter ReceiptHandle is invalid. Reason: ${reason}`,
    );

  it.each([
    [minutes(1), 60],
    [durationMs(1), 1],
    [seconds(0), 0],
  ])('of %i ms is sent as %i whole seconds', async (length, VisibilityTimeout) => {
    await using wire = await startAwsWire(ok());
    expect(await queueAt(wire.endpoint).changeVisibility(RECEIPT, length)).toBe('changed');
    expect(wire.calls).toMatchObject([
      {
        target: 'AmazonSQS.ChangeMessageVisibility',
        body: { QueueUrl: queueUrl, ReceiptHandle: RECEIPT, VisibilityTimeout },
      },
    ]);
  });

  it.each([
    ['the receipt handle has expired', invalid('The receipt handle has expired.')],
    ['the message was deleted', invalid('Message does not exist or is not available.')],
    ['the message is not in flight', refusal('AWS.SimpleQueueService.MessageNotInflight')],
  ])('reports that the receipt has expired when %s', async (_, answer) => {
    await using wire = await startAwsWire(answer);
    expect(await queueAt(wire.endpoint).changeVisibility(RECEIPT, minutes(1))).toBe('expired');
  });

  it.each([
    ['ProviderDown', 'a receipt of another queue', refusal('ReceiptHandleIsInvalid')],
    [
      'ProviderDown',
      'a time that is too long',
      refusal('InvalidParameterValue', 'Value 50000 for parameter VisibilityTimeout is invalid.'),
    ],
    ['AccessDenied', 'a missing permission', refusal('AccessDenied', 'no permission', 403)],
  ])('fails as %s for %s', async (name, _, answer) => {
    await using wire = await startAwsWire(answer);
    const call = queueAt(wire.endpoint).changeVisibility(RECEIPT, minutes(1));
    await expect(call).rejects.toMatchObject({ name });
  });

  it('quotes no receipt in a failure', async () => {
    await using wire = await startAwsWire(refusal('InvalidAddress', `no queue for ${RECEIPT}`));
    const call = queueAt(wire.endpoint).changeVisibility(RECEIPT, minutes(1));
    await expect(call).rejects.toMatchObject({
      message: expect.not.stringContaining(RECEIPT),
    });
  });
});
