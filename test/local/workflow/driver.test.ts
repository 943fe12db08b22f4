// Timeouts, heartbeats, retries and waits, and answers that come too late.

import { describe, expect, it } from 'vitest';
import { aCallback, aMachine, aTask, aWorld, named, START, seconds } from './world.ts';

const never = () => new Promise(() => undefined);

/** The state that receives the caught error. */
const Caught = { Type: 'Succeed' };
const catching = (...ErrorEquals: string[]) => ({
  Catch: [{ ErrorEquals, ResultPath: '$.error', Next: 'Caught' }],
});

describe('a timeout', () => {
  it('ends a function that hangs', async () => {
    const Work = aTask('work', { TimeoutSeconds: 75, End: true });
    const world = aWorld({ definition: aMachine({ Work }), functions: { work: never } });
    await world.begin();
    await world.clock.advanceTo(START + seconds(75) - 1);
    expect(world.engine.running()).toEqual(['run']);
    await world.clock.advanceTo(START + seconds(75));
    expect(world.engine.describe('run')).toMatchObject({
      status: 'FAILED',
      error: 'States.Timeout',
      cause: '',
    });
  });

  it('is read from the effective input', async () => {
    const Serve = aCallback('serve', {
      InputPath: '$.serve',
      TimeoutSecondsPath: '$.rest',
      HeartbeatSecondsPath: '$.silence',
      End: true,
    });
    const world = aWorld({ definition: aMachine({ Serve }) });
    await world.begin({ serve: { rest: 100, silence: 30 } });
    expect(world.clock.pending()).toEqual([START + seconds(30)]);
  });

  it.each([[0], [-5], [1.5], ['60'], [null], [undefined]])(
    'of %j fails the execution for good',
    async (rest) => {
      const limits = { TimeoutSecondsPath: '$.rest', ...catching('States.ALL'), End: true };
      const definition = aMachine({ Serve: aCallback('serve', limits), Caught });
      const world = aWorld({ definition });
      await world.begin({ rest });
      expect(world.engine.describe('run')).toMatchObject({
        status: 'FAILED',
        error: 'States.Runtime',
        states: ['Serve'],
      });
      expect(world.calls).toEqual([]);
    },
  );

  it('is 99,999,999 seconds when there is none', async () => {
    const world = aWorld({ definition: aMachine({ Serve: aCallback('serve') }) });
    await world.begin();
    expect(world.clock.pending()).toEqual([START + seconds(99_999_999)]);
  });

  it('must be above its heartbeat', async () => {
    const limits = { TimeoutSeconds: 60, HeartbeatSeconds: 60, End: true };
    const world = aWorld({ definition: aMachine({ Serve: aCallback('serve', limits) }) });
    await world.begin();
    expect(world.engine.describe('run')?.error).toBe('States.Runtime');
  });

  it('is not caught as a missed heartbeat', async () => {
    const limits = { TimeoutSeconds: 10, ...catching('States.HeartbeatTimeout'), End: true };
    const world = aWorld({
      definition: aMachine({ Serve: aCallback('serve', limits), Caught }),
    });
    await world.begin();
    await world.clock.advanceTo(START + seconds(10));
    expect(world.engine.describe('run')).toMatchObject({ status: 'FAILED', states: ['Serve'] });
  });

  it('drops the later result of its function', async () => {
    const late: (() => void)[] = [];
    const work = () => new Promise((resolve) => late.push(() => resolve('late')));
    const Retry = [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1 }];
    const Work = aTask('work', { TimeoutSeconds: 10, Retry, End: true });
    const world = aWorld({ definition: aMachine({ Work }), functions: { work } });
    await world.begin();
    await world.clock.advanceTo(START + seconds(11));
    late[0]?.();
    await world.engine.settled();
    expect(world.engine.running()).toEqual(['run']);
    late[1]?.();
    await world.engine.settled();
    expect(world.engine.describe('run')).toMatchObject({ status: 'SUCCEEDED', transitions: 2 });
  });

  it('ends its token', async () => {
    const limits = { TimeoutSeconds: 10, ...catching('States.ALL'), End: true };
    const definition = aMachine({ Serve: aCallback('serve', limits), Caught });
    const world = aWorld({ definition });
    await world.begin();
    await world.clock.advanceTo(START + seconds(10));
    expect(world.engine.succeed('token-1', {})).toBe('over');
    expect(world.engine.describe('run')?.output).toEqual({
      error: { Error: 'States.Timeout', Cause: '' },
    });
  });
});

describe('a heartbeat', () => {
  const limits = { TimeoutSeconds: 100, HeartbeatSeconds: 30 };
  const parked = (name = 'States.ALL') => {
    const Serve = aCallback('serve', { ...limits, ...catching(name), End: true });
    return aWorld({ definition: aMachine({ Serve, Caught }) });
  };

  it('moves the heartbeat timeout', async () => {
    const world = parked();
    await world.begin();
    await world.clock.advanceTo(START + seconds(20));
    expect(world.engine.heartbeat('token-1')).toBe('accepted');
    expect(world.clock.pending()).toEqual([START + seconds(50)]);
  });

  it('never moves the timeout', async () => {
    const world = parked();
    await world.begin();
    for (let at = 20; at < 100; at += 20) {
      await world.clock.advanceTo(START + seconds(at));
      world.engine.heartbeat('token-1');
    }
    await world.clock.advanceTo(START + seconds(99));
    expect(world.engine.running()).toEqual(['run']);
    await world.clock.advanceTo(START + seconds(100));
    expect(world.engine.running()).toEqual([]);
  });

  it.each([['States.HeartbeatTimeout'], ['States.Timeout'], ['States.TaskFailed'], ['States.ALL']])(
    'that is missed is caught as %s',
    async (name) => {
      const world = parked(name);
      await world.begin();
      await world.clock.advanceTo(START + seconds(30));
      expect(world.engine.describe('run')).toMatchObject({
        status: 'SUCCEEDED',
        output: { error: { Error: 'States.Timeout' } },
      });
    },
  );

  it('for an answered token is over', async () => {
    const world = parked();
    await world.begin();
    world.engine.succeed('token-1', {});
    expect(world.engine.heartbeat('token-1')).toBe('over');
  });
});

describe('a retry', () => {
  const failing = (count: number) => {
    let left = count;
    return () => {
      if (left-- > 0) throw named('RateLimited');
    };
  };
  const Retry = [
    { ErrorEquals: ['RateLimited'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 2 },
  ];

  it('waits longer each time', async () => {
    const Work = aTask('work', { Retry, End: true });
    const world = aWorld({ definition: aMachine({ Work }), functions: { work: failing(2) } });
    await world.begin();
    expect(world.clock.pending()).toEqual([START + seconds(2)]);
    await world.clock.advanceTo(START + seconds(2));
    expect(world.clock.pending()).toEqual([START + seconds(2 + 6)]);
    await world.clock.advanceTo(START + seconds(8));
    expect(world.engine.describe('run')).toMatchObject({ status: 'SUCCEEDED', transitions: 3 });
  });

  it('is not repeated beyond MaxAttempts, and then the catcher applies', async () => {
    const Work = aTask('work', { Retry, ...catching('RateLimited'), End: true });
    const definition = aMachine({ Work, Caught });
    const world = aWorld({ definition, functions: { work: failing(9) } });
    await world.begin();
    await world.clock.advanceTo(START + seconds(60));
    expect(world.calls).toHaveLength(3);
    expect(world.engine.describe('run')).toMatchObject({
      output: { error: { Error: 'RateLimited' } },
      states: ['Work', 'Work', 'Work', 'Caught'],
    });
  });

  it('has a new token and its number, and the old token is over', async () => {
    const Payload = { 'token.$': '$$.Task.Token', 'retry.$': '$$.State.RetryCount' };
    const Parameters = { FunctionName: 'serve', Payload };
    const Serve = aCallback('serve', { Parameters, Retry, End: true });
    const world = aWorld({
      definition: aMachine({ Serve }),
      functions: { serve: failing(1) },
    });
    await world.begin();
    await world.clock.advanceTo(START + seconds(2));
    expect(world.calls.map(({ payload }) => payload)).toEqual([
      { token: 'token-1', retry: 0 },
      { token: 'token-2', retry: 1 },
    ]);
    expect(world.engine.succeed('token-1', {})).toBe('over');
    expect(world.engine.succeed('token-2', {})).toBe('accepted');
  });

  it('starts counting again when the state is entered again', async () => {
    let entered = 0;
    const work = () => {
      entered += 1;
      if (entered % 2 === 1) throw named('RateLimited');
      return { again: entered < 4 };
    };
    const once = [{ ErrorEquals: ['RateLimited'], MaxAttempts: 1 }];
    const definition = aMachine({
      Work: aTask('work', { Retry: once, ResultPath: '$.result', Next: 'Again?' }),
      'Again?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.result.Payload.again', BooleanEquals: true, Next: 'Work' }],
        Default: 'Done',
      },
      Done: { Type: 'Succeed' },
    });
    const world = aWorld({ definition, functions: { work } });
    await world.begin();
    await world.clock.advanceTo(START + seconds(9));
    expect(world.engine.describe('run')).toMatchObject({ status: 'SUCCEEDED', transitions: 7 });
  });
});

describe('a wait', () => {
  const waiting = (wait: object) => aMachine({ Pause: { Type: 'Wait', ...wait, End: true } });

  it.each([
    ['Seconds', { Seconds: 90 }],
    ['SecondsPath', { SecondsPath: '$.seconds' }],
    ['Timestamp', { Timestamp: '2026-11-21T12:01:30Z' }],
    ['TimestampPath', { TimestampPath: '$.instant' }],
  ])('of %s ends on time and passes its input on', async (_, wait) => {
    const world = aWorld({ definition: waiting(wait) });
    const input = { seconds: 90, instant: '2026-11-21T13:01:30+01:00' };
    await world.begin(input);
    await world.clock.advanceTo(START + seconds(90) - 1);
    expect(world.engine.running()).toEqual(['run']);
    await world.clock.advanceTo(START + seconds(90));
    expect(world.engine.describe('run')).toMatchObject({ status: 'SUCCEEDED', output: input });
  });

  it('until a past instant ends at once', async () => {
    const world = aWorld({ definition: waiting({ Timestamp: '2020-01-01T00:00:00Z' }) });
    await world.begin();
    expect(world.engine.describe('run')?.status).toBe('SUCCEEDED');
  });

  it('without a number fails the execution', async () => {
    const world = aWorld({ definition: waiting({ SecondsPath: '$.seconds' }) });
    await world.begin({ seconds: 'soon' });
    expect(world.engine.describe('run')?.error).toBe('States.Runtime');
  });
});
