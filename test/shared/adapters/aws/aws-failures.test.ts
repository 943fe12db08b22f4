// Failures of AWS that no local engine can be made to have: throttling, expired tokens, unprocessed
// keys of a batch, and replies that are lost after a write took effect. The tests mock the SDK's
// clients; when a write must take effect, the mock passes it on to the embedded database.

import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  PutItemCommand,
  type PutItemCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { LOCAL_ACCESS } from '../../../../local/aws/database.ts';
import { connect } from '../../../../shared/adapters/dynamodb/client.ts';
import { ABSENT, openTable } from '../../../../shared/adapters/dynamodb/table.ts';
import { createQueue } from '../../../../shared/adapters/queue.ts';
import { createS3Blobs } from '../../../../shared/adapters/s3-blobs.ts';
import { createScheduler } from '../../../../shared/adapters/scheduler.ts';
import { createSecrets } from '../../../../shared/adapters/secrets.ts';
import { createStepFunctions } from '../../../../shared/adapters/step-functions.ts';
import { microUsd, microUsdPerHour } from '../../../../shared/core/base/money.ts';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import { Month, seconds } from '../../../../shared/core/base/time.ts';
import { aConsumer, aDeployment, aLeaseId, at } from '../../../support/builders/base.ts';
import { aRequestedLease } from '../../../support/builders/lease.ts';
import { someLimits } from '../../../support/builders/ledger.ts';
import { openTestDatabase } from '../../../support/worlds/database.ts';
import { accessTo } from '../aws-wire.ts';

/** No server listens here: calls that are not mocked fail. */
const access = accessTo('http://127.0.0.1:9');
const KEY = { pk: 'a', sk: 'b' };
const arns = { targetArn: 'arn:t', roleArn: 'arn:r', deadLetterArn: 'arn:d' };

const table = () => openTable(connect(access), 'leases');
const workflow = () => createStepFunctions({ ...access, stateMachineArn: 'arn:s' });

const mocks = new Set<{ restore(): void }>();
afterEach(() => {
  for (const mock of mocks) mock.restore();
  mocks.clear();
});
const mocked = <Mock extends { restore(): void }>(mock: Mock): Mock => {
  mocks.add(mock);
  return mock;
};

const errorNamed = (name: string, httpStatusCode = 400, message = `because of ${name}`) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });

describe('throttling that outlasts the retries', () => {
  it('of DynamoDB is StoreDown, for reads and writes alike', async () => {
    const name = 'ProvisionedThroughputExceededException';
    mocked(mockClient(DynamoDBClient)).rejects(errorNamed(name));
    for (const call of [table().get(KEY), table().put(KEY, {}, ABSENT)]) {
      await expect(call).rejects.toMatchObject({ name: 'StoreDown', cause: { name } });
    }
  });

  it('of S3 and Secrets Manager is StoreDown', async () => {
    mocked(mockClient(S3Client)).rejects(errorNamed('SlowDown', 503));
    mocked(mockClient(SecretsManagerClient)).rejects(errorNamed('ThrottlingException'));
    const blob = createS3Blobs({ ...access, bucket: 'menu' }).get('a');
    await expect(blob).rejects.toMatchObject({ name: 'StoreDown', cause: { status: 503 } });
    await expect(createSecrets(access).read('arn:x')).rejects.toHaveProperty('name', 'StoreDown');
  });

  it('of Step Functions and Scheduler is ProviderDown: neither started nor set', async () => {
    mocked(mockClient(SFNClient)).rejects(errorNamed('ThrottlingException'));
    mocked(mockClient(SchedulerClient)).rejects(errorNamed('ThrottlingException', 429));
    const schedule = { ...access, deployment: aDeployment, group: 'leases', ...arns };
    const calls = [
      workflow().start(aLeaseId(), 1),
      workflow().heartbeat('token'),
      createScheduler(schedule).arm(aLeaseId(), at('13:04')),
    ];
    for (const call of calls) await expect(call).rejects.toHaveProperty('name', 'ProviderDown');
  });

  it('of SQS is ProviderDown: neither hidden longer nor expired', async () => {
    mocked(mockClient(SQSClient)).rejects(errorNamed('RequestThrottled', 403));
    const queue = createQueue({ ...access, queueUrl: 'https://sqs/1/work.fifo' });
    const call = queue.changeVisibility('receipt', seconds(60));
    await expect(call).rejects.toHaveProperty('name', 'ProviderDown');
  });
});

describe('an expired token', () => {
  const expired = (token: string) =>
    errorNamed('ExpiredTokenException', 400, `The security token ${token} is expired`);

  it('is a failure that names it and quotes no part of the token', async () => {
    const sessionToken = 'FwoGZXIvYXdzEXAMPLE';
    const expiring = { ...access, credentials: { ...access.credentials, sessionToken } };
    mocked(mockClient(DynamoDBClient)).rejects(expired(sessionToken));
    mocked(mockClient(SFNClient)).on(StartExecutionCommand).rejects(expired(sessionToken));
    const failures = await Promise.all([
      openTable(connect(expiring), 'leases')
        .get(KEY)
        .catch((error: unknown) => error),
      createStepFunctions({ ...expiring, stateMachineArn: 'arn:s' })
        .start(aLeaseId(), 1)
        .catch((error: unknown) => error),
    ]);
    expect(failures).toMatchObject([
      { name: 'StoreDown', message: expect.stringContaining('ExpiredTokenException') },
      { name: 'ProviderDown', message: expect.stringContaining('The security token *** is') },
    ]);
    for (const failure of failures) {
      const { message, cause } = Object(failure);
      expect(message + JSON.stringify(cause)).not.toContain(sessionToken);
    }
  });
});

describe('unprocessed keys of a batch', () => {
  const item = (sk: string) => marshall({ pk: 'a', sk });
  const keys = ['1', '2', '3'].map((sk) => ({ pk: 'a', sk }));

  it('are requested again, without the others, until all are read', async () => {
    const dynamodb = mocked(mockClient(DynamoDBClient));
    dynamodb
      .on(BatchGetItemCommand)
      .resolvesOnce({
        Responses: { leases: [item('1')] },
        UnprocessedKeys: { leases: { Keys: [item('2'), item('3')] } },
      })
      .resolvesOnce({ Responses: { leases: [item('3'), item('2')] } });
    const items = await table().getMany(keys);
    expect(items.map(({ sk }) => sk).toSorted()).toEqual(['1', '2', '3']);
    const [, second] = dynamodb.commandCalls(BatchGetItemCommand);
    expect(second?.args[0].input.RequestItems?.['leases']).toMatchObject({
      Keys: [item('2'), item('3')],
      ConsistentRead: true,
    });
  });

  it('after the maximum number of calls are StoreDown, never a partial result', async () => {
    const dynamodb = mocked(mockClient(DynamoDBClient));
    dynamodb.on(BatchGetItemCommand).resolves({
      Responses: { leases: [item('1')] },
      UnprocessedKeys: { leases: { Keys: [item('2')] } },
    });
    await expect(table().getMany(keys)).rejects.toMatchObject({
      name: 'StoreDown',
      message: 'leases: 1 items of a batch are still unprocessed',
    });
    expect(dynamodb.calls()).toHaveLength(policy.aws.maxBatchParts);
  });
});

describe('a write that took effect and lost its reply', () => {
  /**
   * The embedded database behind a mock. Each write takes effect there; then either the SDK sends
   * it again, which the engine refuses, or the SDK's retries are used up.
   */
  async function losing(then: 'sent again' | 'given up') {
    const database = await openTestDatabase();
    const engine = new DynamoDBClient({ endpoint: database.endpoint, ...LOCAL_ACCESS });
    // Bound before the mock replaces it.
    const send = engine.send.bind(engine);
    const lose = async <Output>(write: () => Promise<Output>): Promise<Output> => {
      const reply = write();
      await reply;
      if (then === 'sent again') return write();
      throw Object.assign(new Error('no reply'), { name: 'TimeoutError' });
    };
    const start = () => {
      const dynamodb = mocked(mockClient(DynamoDBClient));
      dynamodb
        .on(PutItemCommand)
        .callsFake((input: PutItemCommandInput) => lose(() => send(new PutItemCommand(input))))
        .on(UpdateItemCommand)
        .callsFake((input: UpdateItemCommandInput) =>
          lose(() => send(new UpdateItemCommand(input))),
        )
        .on(GetItemCommand)
        .callsFake((input: GetItemCommandInput) => send(new GetItemCommand(input)));
    };
    return { ...database, start, [Symbol.asyncDispose]: database.close };
  }

  const lease = aRequestedLease();
  const next = { ...lease, version: 2, requestHash: 'mine' };

  it('is a conflict when the SDK sends it again; a second read finds the own version', async () => {
    await using database = await losing('sent again');
    await database.leases.create(lease);
    database.start();
    expect(await database.leases.commit(next)).toBe('conflict');
    expect(await database.leases.get(lease.id)).toEqual(next);
  });

  it('is StoreDown after all retries; repeating the write finds the own version', async () => {
    await using database = await losing('given up');
    await database.leases.create(lease);
    database.start();
    await expect(database.leases.commit(next)).rejects.toHaveProperty('name', 'StoreDown');
    expect(await database.leases.commit(next)).toBe('conflict');
    expect(await database.leases.get(lease.id)).toEqual(next);
  });

  it('places a hold once: the repeat finds it placed', async () => {
    await using database = await losing('sent again');
    const hold = {
      amountMicroUsd: microUsd(100),
      rateMicroUsdPerHour: microUsdPerHour(10),
      month: Month.parse('2026-11'),
      placedAt: at('12:00'),
    };
    const placing = { consumer: aConsumer, hold, wanted: { providers: [], gpuNames: [] } };
    const defaults = someLimits({ monthlyBudgetMicroUsd: microUsd(1_000) });
    await database.accounts.place({ ...placing, leaseId: aLeaseId('other'), defaults });
    database.start();
    const mine = await database.accounts.place({ ...placing, leaseId: aLeaseId('mine'), defaults });
    expect(mine).toEqual({ kind: 'placed', hold });
    expect(await database.accounts.get(aConsumer)).toMatchObject({ roomMicroUsd: 800 });
  });
});
