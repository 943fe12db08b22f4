// Deliveries from a local queue to a function, on virtual time.

import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EventSource, startEventSource } from '../../../local/aws/event-source.ts';
import { minutes, seconds } from '../../../shared/core/base/time.ts';
import { aLeaseId, at } from '../../support/builders/base.ts';
import { aQueueWorld, MAX_RECEIVES, turnOf, turnsIn, VISIBILITY } from './queue-world.ts';

type Run = {
  readonly turn: number;
  readonly startedAt: number;
  readonly receipt: string;
  /** What the function returns; an error is thrown. */
  readonly end: (reply?: unknown) => void;
};

const failures = (...ids: readonly unknown[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

let world = aQueueWorld();
let runs: Run[] = [];
let events: SQSEvent[] = [];
let errors: unknown[] = [];
let source: EventSource;

beforeEach(() => {
  world = aQueueWorld();
  [runs, events, errors] = [[], [], []];
});
afterEach(() => {
  source.close();
  world.close();
});

/** Starts the source; each call of the function waits until its run is ended. */
async function start(maxConcurrency = 10, queue = world.queue()): Promise<void> {
  source = startEventSource({
    clock: world.clock,
    queue,
    faults: world.faults,
    maxConcurrency,
    onError: (error, messageId) => errors.push({ error, messageId }),
    async invoke(event) {
      events.push(event);
      const [record] = event.Records;
      const reply = await new Promise<unknown>((end) =>
        runs.push({
          turn: turnOf(record?.body ?? ''),
          startedAt: world.clock.now(),
          receipt: record?.receiptHandle ?? '',
          end,
        }),
      );
      if (reply instanceof Error) throw reply;
      return reply;
    },
  });
  await world.pass(0);
}
const send = async (turn: number, group = 'a#launch#0'): Promise<void> => {
  await world.send(turn, { group });
  await world.pass(0);
};
const end = async (run: number, reply?: unknown): Promise<void> => {
  runs[run]?.end(reply);
  await world.pass(0);
};
const turns = () => runs.map(({ turn }) => turn);

describe('a delivery', () => {
  it('is an event with one record, as Lambda delivers it', async () => {
    await start();
    await send(1);
    const [stored] = world.queue().messages();
    expect(events).toEqual([
      {
        Records: [
          {
            messageId: stored?.sent.id,
            receiptHandle: stored?.hidden?.receipt,
            body: `{"lease":"${aLeaseId()}","generation":1,"step":"launch","turn":1}`,
            attributes: {
              ApproximateReceiveCount: '1',
              SentTimestamp: String(at('12:00')),
              SenderId: 'local',
              ApproximateFirstReceiveTimestamp: String(at('12:00')),
              MessageGroupId: 'a#launch#0',
              MessageDeduplicationId: 'turn-1',
            },
            messageAttributes: {},
            md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
            eventSource: 'aws:sqs',
            eventSourceARN: expect.stringMatching(/:work\.fifo$/),
            awsRegion: expect.any(String),
          },
        ],
      },
    ]);
  });

  it('counts its receives, and keeps the times of the send and of the first receive', async () => {
    await world.send(1);
    await world.pass(minutes(1));
    await start();
    await end(0, new Error('the function fails'));
    await world.pass(VISIBILITY);
    expect(events[1]?.Records[0]?.attributes).toMatchObject({
      ApproximateReceiveCount: '2',
      SentTimestamp: String(at('12:00')),
      ApproximateFirstReceiveTimestamp: String(at('12:01')),
    });
  });

  it('does not start within the call that sends the message', async () => {
    await start();
    const call = world.queue().receive();
    expect(call).toBeNull();
    const sending = world.send(1);
    expect(runs).toEqual([]);
    await sending;
    await world.pass(0);
    expect(turns()).toEqual([1]);
  });
});

describe('a message is deleted', () => {
  it.each([
    ['no failures', failures()],
    ['a null list of failures', { batchItemFailures: null }],
    ['an empty reply', {}],
    ['null', null],
    ['nothing', undefined],
  ])('when the function reports %s', async (_, reply) => {
    await start();
    await send(1);
    await end(0, reply);
    expect(turnsIn(world.queue())).toEqual([]);
    expect(errors).toEqual([]);
  });
});

describe('a message is visible again when its visibility ends, and not before', () => {
  it.each([
    ['reports it as failed', failures('the id of the message')],
    ['reports an empty id', failures('')],
    ['reports null as the id', failures(null)],
    ['reports under another name', { batchItemFailures: [{ id: 'a' }] }],
    ['returns text', 'failed'],
    ['throws', new Error('the function fails')],
  ])('when the function %s', async (_, reply) => {
    await start();
    await send(1);
    await end(0, reply);
    await world.pass(VISIBILITY - 1);
    expect(turns()).toEqual([1]);
    await world.pass(1);
    expect(turns()).toEqual([1, 1]);
    expect(errors).toHaveLength(reply instanceof Error ? 1 : 0);
  });

  it('when the function changed it and reports a failure', async () => {
    await start();
    await send(1);
    await send(2);
    await world.queue().changeVisibility(runs[0]?.receipt ?? '', seconds(30));
    await end(0, failures('1'));
    await world.pass(seconds(30) - 1);
    expect(turns()).toEqual([1]);
    await world.pass(1);
    expect(turns()).toEqual([1, 1]);
  });

  it('when the process ends: the result of a running function is lost', async () => {
    await start();
    await send(1);
    source.close();
    await end(0);
    expect(turnsIn(world.queue())).toEqual([1]);
    await start();
    await world.pass(VISIBILITY);
    expect(turns()).toEqual([1, 1]);
  });

  it('when its deletion fails', async () => {
    world.faults.add({ of: 'delete', fails: 'throttle' });
    await start();
    await send(1);
    await end(0);
    expect(errors).toMatchObject([{ error: { name: 'ProviderDown' } }]);
    await world.pass(VISIBILITY);
    await end(1);
    expect(turnsIn(world.queue())).toEqual([]);
  });
});

describe('a slow function', () => {
  it('that outlives its visibility deletes nothing; its message is delivered again', async () => {
    await start();
    await send(1);
    await world.pass(VISIBILITY);
    expect(turns()).toEqual([1, 1]);
    await end(0);
    expect(turnsIn(world.queue())).toEqual([1]);
    await end(1);
    expect(turnsIn(world.queue())).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('that renews its visibility keeps its group closed', async () => {
    await start();
    await send(1);
    await send(2);
    for (let renewal = 1; renewal <= 20; renewal += 1) {
      const receipt = runs[0]?.receipt ?? '';
      expect(await world.queue().changeVisibility(receipt, seconds(60))).toBe('changed');
      await world.pass(seconds(20));
    }
    expect(turns()).toEqual([1]);
    await end(0);
    expect(turns()).toEqual([1, 2]);
  });
});

describe('a message that always fails', () => {
  it('is delivered maxReceiveCount times, then holds up its group no longer', async () => {
    await start();
    await send(1);
    await send(2);
    for (let run = 0; run < MAX_RECEIVES; run += 1) {
      await end(run, failures('1'));
      await world.pass(VISIBILITY);
    }
    expect(turns()).toEqual([1, 1, 1, 2]);
    expect(turnsIn(world.dead())).toEqual([1]);
  });
});

describe('concurrent deliveries', () => {
  it('are at most the limit; the next message waits for the end of one', async () => {
    await start(2);
    for (const turn of [1, 2, 3]) await send(turn, `group ${turn}`);
    expect(turns()).toEqual([1, 2]);
    await end(1);
    expect(turns()).toEqual([1, 2, 3]);
  });

  it('are of different groups', async () => {
    await start();
    for (const turn of [1, 2]) await send(turn);
    await send(3, 'b#launch#0');
    expect(turns()).toEqual([1, 3]);
    await end(0);
    expect(turns()).toEqual([1, 3, 2]);
  });
});

describe('a queue that fails', () => {
  it('is received from again after a second', async () => {
    await world.send(1);
    const trouble = new Error('the disk is full');
    let failing = true;
    const receive = () => {
      if (failing) throw trouble;
      return world.queue().receive();
    };
    await start(1, { ...world.queue(), receive });
    expect(errors).toEqual([{ error: trouble, messageId: null }]);
    failing = false;
    await world.pass(seconds(1) - 1);
    expect(turns()).toEqual([]);
    await world.pass(1);
    expect(turns()).toEqual([1]);
  });
});

describe('a fault of a delivery', () => {
  it('calls the function twice at once with one message', async () => {
    world.faults.add({ of: 'delivery', fails: 'twice' });
    await start(1);
    await send(1);
    await send(2, 'b#launch#0');
    expect(turns()).toEqual([1, 1]);
    expect(runs[1]?.receipt).toBe(runs[0]?.receipt);
    await end(0);
    expect(turnsIn(world.queue())).toEqual([2]);
    await end(1, new Error('the second call fails'));
    expect(turns()).toEqual([1, 1, 2]);
  });

  it('starts the function at the last second of the visibility', async () => {
    world.faults.add({ of: 'delivery', fails: 'late' });
    await start();
    await send(1);
    await world.pass(VISIBILITY - seconds(1) - 1);
    expect(turns()).toEqual([]);
    await world.pass(1);
    expect(turns()).toEqual([1]);
    await world.pass(seconds(1));
    expect(await world.queue().changeVisibility(runs[0]?.receipt ?? '', seconds(60))).toBe(
      'expired',
    );
    expect(turns()).toEqual([1, 1]);
  });

  it('does not start a late call after the process has ended', async () => {
    world.faults.add({ of: 'delivery', fails: 'late' });
    await start();
    await send(1);
    source.close();
    await world.pass(VISIBILITY);
    expect(turns()).toEqual([]);
  });
});
