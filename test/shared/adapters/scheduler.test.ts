// The scheduler port on EventBridge Scheduler, over its real wire format.

import { describe, expect, it } from 'vitest';
import { createScheduler } from '../../../shared/adapters/scheduler.ts';
import { epochMs } from '../../../shared/core/base/time.ts';
import { aDeployment, aLeaseId, at } from '../../support/builders/base.ts';
import { type Answer, accessTo, ok, startAwsWire } from './aws-wire.ts';

const PATH = `/schedules/test-${aLeaseId()}`;
const arns = {
  targetArn: 'arn:aws:lambda:eu-west-1:123456789012:function:end-lease',
  roleArn: 'arn:aws:iam::123456789012:role/scheduler',
  deadLetterArn: 'arn:aws:sqs:eu-west-1:123456789012:dead',
};

const schedulerAt = (endpoint: string) =>
  createScheduler({
    deployment: aDeployment,
    group: 'leases',
    ...arns,
    ...accessTo(endpoint),
  });

/** REST JSON names its errors in a header, sometimes with a URL after the name. */
const refusal = (type: string, status = 400): Answer => ({
  status,
  headers: { 'x-amzn-errortype': type },
  body: { Message: `because of ${type}` },
});
const missing = refusal('ResourceNotFoundException', 404);
const conflict = refusal('ConflictException', 409);
const set = ok({ ScheduleArn: 'arn:aws:scheduler:eu-west-1:123456789012:schedule/leases/x' });

/** The HTTP methods of the calls of one arm, and its result. */
async function arming(...answers: readonly Answer[]) {
  await using wire = await startAwsWire(...answers);
  const ended = await schedulerAt(wire.endpoint)
    .arm(aLeaseId(), at('13:04'))
    .then(
      () => 'armed',
      (error: unknown) => error,
    );
  return { ended, methods: wire.calls.map(({ method }) => method) };
}

describe('arm', () => {
  it('moves the schedule of the lease, with all fields of its target', async () => {
    await using wire = await startAwsWire(set);
    await schedulerAt(wire.endpoint).arm(aLeaseId(), at('13:04'));
    expect(wire.calls).toMatchObject([
      {
        method: 'PUT',
        path: PATH,
        body: {
          GroupName: 'leases',
          ScheduleExpression: 'at(2026-11-02T13:04:00)',
          ScheduleExpressionTimezone: 'UTC',
          FlexibleTimeWindow: { Mode: 'OFF' },
          State: 'ENABLED',
          ActionAfterCompletion: 'NONE',
          Target: {
            Arn: arns.targetArn,
            RoleArn: arns.roleArn,
            DeadLetterConfig: { Arn: arns.deadLetterArn },
            Input: `{"leaseId":"${aLeaseId()}"}`,
            RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
          },
        },
      },
    ]);
    expect(wire.calls[0]?.authorization).toContain('/eu-west-1/scheduler/aws4_request');
  });

  it('rounds its time up to a second, so that it never fires early', async () => {
    await using wire = await startAwsWire(set);
    await schedulerAt(wire.endpoint).arm(aLeaseId(), epochMs(at('13:04') + 1));
    const body = { ScheduleExpression: 'at(2026-11-02T13:04:01)' };
    expect(wire.calls).toMatchObject([{ body }]);
  });

  it('creates a missing schedule with the same fields', async () => {
    await using wire = await startAwsWire(missing, set);
    await schedulerAt(wire.endpoint).arm(aLeaseId(), at('13:04'));
    const [moved, created] = wire.calls;
    expect(created).toMatchObject({ method: 'POST', path: PATH });
    const { ClientToken: _moved, ...wanted } = Object(moved?.body);
    expect(created?.body).toMatchObject(wanted);
  });

  it('moves a schedule that another actor created in between', async () => {
    const { ended, methods } = await arming(missing, conflict, set);
    expect({ ended, methods }).toEqual({ ended: 'armed', methods: ['PUT', 'POST', 'PUT'] });
  });

  it('repeats when another actor is moving the schedule', async () => {
    const { ended, methods } = await arming(conflict, set);
    expect({ ended, methods }).toEqual({ ended: 'armed', methods: ['PUT', 'PUT'] });
  });

  it('fails as ProviderDown after a bounded number of lost races', async () => {
    const { ended, methods } = await arming(conflict);
    expect(ended).toMatchObject({ name: 'ProviderDown' });
    expect(methods).toEqual(['PUT', 'PUT', 'PUT']);
  });

  it('fails as ProviderDown when its group is missing too', async () => {
    const { ended, methods } = await arming(missing);
    expect(ended).toMatchObject({ name: 'ProviderDown' });
    expect(methods).toEqual(['PUT', 'POST']);
  });

  it.each([
    ['ProviderDown', 'ValidationException'],
    ['AccessDenied', 'AccessDeniedException'],
    ['ProviderDown', 'ServiceQuotaExceededException'],
  ])('fails as %s for %s, whether moving or creating', async (name, type) => {
    const moving = await arming(refusal(type));
    const creating = await arming(missing, refusal(type));
    for (const { ended } of [moving, creating]) {
      expect(ended).toMatchObject({
        name,
        message: expect.stringContaining(`because of ${type}`),
      });
    }
  });

  it('fails as ProviderDown when no server listens', async () => {
    const gone = await startAwsWire();
    await gone[Symbol.asyncDispose]();
    await expect(schedulerAt(gone.endpoint).arm(aLeaseId(), at('13:04'))).rejects.toMatchObject({
      name: 'ProviderDown',
    });
  });
});

describe('disarm', () => {
  const disarming = async (answer: Answer) => {
    await using wire = await startAwsWire(answer);
    await schedulerAt(wire.endpoint).disarm(aLeaseId());
    return wire.calls;
  };

  it('deletes the schedule in its group', async () => {
    const [call] = await disarming(ok());
    expect(call?.method).toBe('DELETE');
    const url = new URL(call?.path ?? '', 'http://localhost');
    expect(url.pathname).toBe(PATH);
    expect(url.searchParams.get('groupName')).toBe('leases');
  });

  it.each(['ResourceNotFoundException', 'ResourceNotFoundException:http://example.org/'])(
    'succeeds when there is no schedule: %s',
    async (type) => {
      expect(await disarming(refusal(type, 404))).toHaveLength(1);
    },
  );

  it.each([
    ['ProviderDown', 'ConflictException'],
    ['AccessDenied', 'AccessDeniedException'],
  ])('fails as %s for %s, since the schedule is still there', async (name, type) => {
    await expect(disarming(refusal(type))).rejects.toMatchObject({ name });
  });
});
