// The workflow port on Step Functions, over its real wire format.

import { describe, expect, it } from 'vitest';
import { createStepFunctions } from '../../../shared/adapters/step-functions.ts';
import { aLeaseId } from '../../support/builders/base.ts';
import { type Answer, accessTo, ok, startAwsWire } from './aws-wire.ts';

const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:lease';
const started = ok({ executionArn: `${stateMachineArn}:x`, startDate: 1_793_620_800 });
const TOKEN = 'a-parked-token';

const workflowAt = (endpoint: string) =>
  createStepFunctions({ ...accessTo(endpoint), stateMachineArn });

/** AWS JSON 1.0 names its errors in the body, in some services behind a namespace. */
const refusal = (type: string): Answer => ({
  status: 400,
  body: { __type: type, message: `because of ${type}` },
});

describe('start', () => {
  it('names the execution by lease and generation, and sends both as its input', async () => {
    await using wire = await startAwsWire(started);
    expect(await workflowAt(wire.endpoint).start(aLeaseId(), 2)).toBe('started');
    const [call] = wire.calls;
    expect(call).toMatchObject({
      method: 'POST',
      target: 'AWSStepFunctions.StartExecution',
      body: {
        stateMachineArn,
        name: `${aLeaseId()}-2`,
        input: `{"leaseId":"${aLeaseId()}","generation":2}`,
      },
    });
    expect(call?.authorization).toContain('/eu-west-1/states/aws4_request');
  });

  it('sends the same bytes when repeated, as Step Functions requires', async () => {
    await using wire = await startAwsWire(started);
    const workflow = workflowAt(wire.endpoint);
    await workflow.start(aLeaseId(), 1);
    await workflow.start(aLeaseId(), 1);
    expect(wire.calls[1]?.body).toEqual(wire.calls[0]?.body);
  });

  it.each(['ExecutionAlreadyExists', 'com.amazonaws.states#ExecutionAlreadyExists'])(
    'reports that the generation exists: %s',
    async (type) => {
      await using wire = await startAwsWire(refusal(type));
      expect(await workflowAt(wire.endpoint).start(aLeaseId(), 1)).toBe('exists');
    },
  );

  it.each([
    ['ProviderDown', 'StateMachineDoesNotExist'],
    ['ProviderDown', 'InvalidArn'],
    ['AccessDenied', 'AccessDeniedException'],
    ['ProviderDown', 'TaskTimedOut'],
  ])('fails as %s for %s', async (name, type) => {
    await using wire = await startAwsWire(refusal(type));
    await expect(workflowAt(wire.endpoint).start(aLeaseId(), 1)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(`because of ${type}`),
    });
  });
});

describe.each(['wake', 'heartbeat'] as const)('%s', (verb) => {
  it('is accepted while the token waits', async () => {
    await using wire = await startAwsWire(ok());
    expect(await workflowAt(wire.endpoint)[verb](TOKEN)).toBe('accepted');
    const expected = {
      wake: {
        target: 'AWSStepFunctions.SendTaskSuccess',
        body: { taskToken: TOKEN, output: '{}' },
      },
      heartbeat: { target: 'AWSStepFunctions.SendTaskHeartbeat', body: { taskToken: TOKEN } },
    };
    expect(wire.calls).toMatchObject([expected[verb]]);
  });

  it.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])(
    'reports that the wait is over: %s',
    async (type) => {
      await using wire = await startAwsWire(refusal(type));
      expect(await workflowAt(wire.endpoint)[verb](TOKEN)).toBe('over');
    },
  );

  it('fails as AccessDenied when it is not allowed', async () => {
    await using wire = await startAwsWire(refusal('AccessDeniedException'));
    await expect(workflowAt(wire.endpoint)[verb](TOKEN)).rejects.toMatchObject({
      name: 'AccessDenied',
      cause: expect.objectContaining({ name: 'AccessDeniedException' }),
    });
  });
});

describe('an answer', () => {
  const failed = { kind: 'failed', error: 'OfferGone', cause: 'rented meanwhile' } as const;

  it.each([
    [
      { kind: 'done', output: { timeoutSeconds: 1_200 } } as const,
      { target: 'AWSStepFunctions.SendTaskSuccess', body: { output: '{"timeoutSeconds":1200}' } },
    ],
    [
      failed,
      {
        target: 'AWSStepFunctions.SendTaskFailure',
        body: { error: 'OfferGone', cause: 'rented meanwhile' },
      },
    ],
  ])('of %j is sent with its token', async (outcome, expected) => {
    await using wire = await startAwsWire(ok());
    expect(await workflowAt(wire.endpoint).answer(TOKEN, outcome)).toBe('accepted');
    const { target, body } = expected;
    expect(wire.calls).toMatchObject([{ target, body: { taskToken: TOKEN, ...body } }]);
  });

  it('reports that the wait is over', async () => {
    await using wire = await startAwsWire(refusal('TaskTimedOut'));
    expect(await workflowAt(wire.endpoint).answer(TOKEN, failed)).toBe('over');
  });
});

describe('the running executions', () => {
  const page = (names: readonly string[], nextToken?: string) =>
    ok({ executions: names.map((name) => ({ name })), ...(nextToken && { nextToken }) });

  it('are the names of all pages', async () => {
    await using wire = await startAwsWire(page(['a-1', 'b-1'], 'more'), page(['c-2']));
    expect(await workflowAt(wire.endpoint).running()).toEqual(new Set(['a-1', 'b-1', 'c-2']));
    expect(wire.calls.map(({ body }) => body)).toEqual([
      { stateMachineArn, statusFilter: 'RUNNING', maxResults: 1_000 },
      { stateMachineArn, statusFilter: 'RUNNING', maxResults: 1_000, nextToken: 'more' },
    ]);
  });

  it('are a failure when a page fails', async () => {
    await using wire = await startAwsWire(page(['a-1'], 'more'), refusal('AccessDeniedException'));
    await expect(workflowAt(wire.endpoint).running()).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});

describe('a list of executions', () => {
  it('is a failure after too many pages', async () => {
    await using wire = await startAwsWire(ok({ executions: [], nextToken: 'more' }));
    await expect(workflowAt(wire.endpoint).running()).rejects.toMatchObject({
      name: 'ProviderDown',
      message: expect.stringContaining('more than 100 pages'),
    });
    expect(wire.calls).toHaveLength(100);
  });

  it('is a failure when a page is not valid', async () => {
    await using wire = await startAwsWire(ok({ executions: [{ arn: 'x' }] }));
    await expect(workflowAt(wire.endpoint).running()).rejects.toHaveProperty(
      'name',
      'ProviderDown',
    );
  });
});

describe('a token', () => {
  it('is not in an error, also when Step Functions quotes it', async () => {
    const message = `Value '${TOKEN}' at 'taskToken' failed`;
    await using wire = await startAwsWire({ status: 400, body: { __type: 'Invalid', message } });
    const failure = await workflowAt(wire.endpoint)
      .heartbeat(TOKEN)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      message:
        "Step Functions failed to send a task heartbeat: Invalid: Value '***' at 'taskToken' failed",
    });
    expect(JSON.stringify(Object(failure).cause)).not.toContain(TOKEN);
  });
});

describe('an error of Step Functions', () => {
  it('is retried before the call fails', async () => {
    const trouble = { status: 503, body: { __type: 'ServiceUnavailable', message: 'later' } };
    await using wire = await startAwsWire(trouble, ok());
    expect(await workflowAt(wire.endpoint).wake(TOKEN)).toBe('accepted');
    expect(wire.calls).toHaveLength(2);
  });

  it('fails as ProviderDown after three tries', async () => {
    const trouble = { status: 503, body: { __type: 'ServiceUnavailable', message: 'later' } };
    await using wire = await startAwsWire(trouble);
    await expect(workflowAt(wire.endpoint).wake(TOKEN)).rejects.toMatchObject({
      name: 'ProviderDown',
    });
    expect(wire.calls).toHaveLength(3);
  });

  it('fails as ProviderDown when no server listens', async () => {
    const gone = await startAwsWire();
    await gone[Symbol.asyncDispose]();
    await expect(workflowAt(gone.endpoint).heartbeat(TOKEN)).rejects.toMatchObject({
      name: 'ProviderDown',
    });
  });
});
