// The invoker port on Lambda, over its real wire format.

import { describe, expect, it } from 'vitest';
import { createLambdaInvoker } from '../../../shared/adapters/lambda.ts';
import { aDeployment } from '../../support/builders/base.ts';
import { type Answer, accessTo, startAwsWire } from './aws-wire.ts';

const accepted: Answer = { status: 202, body: null };
const refusal = (type: string, status: number): Answer => ({
  status,
  headers: { 'x-amzn-errortype': type },
  body: { Message: `because of ${type}` },
});

const invokerAt = (endpoint: string) =>
  createLambdaInvoker({ deployment: aDeployment, ...accessTo(endpoint) });

describe('an invocation', () => {
  it('starts the function of the deployment and does not wait for it', async () => {
    await using wire = await startAwsWire(accepted);
    await invokerAt(wire.endpoint).invoke('timer-sweep', { provider: 'vastai' });
    expect(wire.calls).toMatchObject([
      {
        method: 'POST',
        path: `/2015-03-31/functions/gpu-shopper-${aDeployment}-timer-sweep/invocations`,
        headers: { 'x-amz-invocation-type': 'Event' },
        body: { provider: 'vastai' },
      },
    ]);
  });

  it('that Lambda refuses fails by the name of the failure', async () => {
    await using wire = await startAwsWire(refusal('ServiceException', 500));
    await expect(invokerAt(wire.endpoint).invoke('timer-books', {})).rejects.toMatchObject({
      name: 'ProviderDown',
      message: expect.stringContaining('Lambda failed to start timer-books'),
    });
  });

  it('that no policy allows is a denial', async () => {
    await using wire = await startAwsWire(refusal('AccessDeniedException', 403));
    await expect(invokerAt(wire.endpoint).invoke('timer-books', {})).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});
