// What the engine promises its callers: results, tokens, names, descriptions.

import { describe, expect, it } from 'vitest';
import { createMemoryJournal, type Journal } from '../../../local/workflow/journal.ts';
import { aCallback, aMachine, aTask, aWorld, named, seconds } from './world.ts';

describe('a Lambda task', () => {
  it('calls the named function with its payload', async () => {
    const world = aWorld({ definition: aMachine({ Work: aTask('work') }) });
    await world.begin({ leaseId: 'a1' });
    expect(world.calls).toEqual([{ functionName: 'work', payload: { leaseId: 'a1' } }]);
  });

  it('wraps the result of the function as lambda:invoke does', async () => {
    const definition = aMachine({ Work: aTask('work') });
    const world = aWorld({ definition, functions: { work: () => ({ rate: 5 }) } });
    await world.begin();
    expect(world.engine.describe('run')).toEqual({
      status: 'SUCCEEDED',
      input: {},
      output: { Payload: { rate: 5 }, StatusCode: 200, ExecutedVersion: '$LATEST' },
      transitions: 1,
      states: ['Work'],
    });
  });

  it('adds its selected result to the raw input', async () => {
    const shaping = {
      ResultSelector: { 'boot.$': '$.Payload.boot' },
      ResultPath: '$.limits',
      InputPath: '$.lease',
    };
    const definition = aMachine({ Work: aTask('work', { ...shaping, End: true }) });
    const world = aWorld({ definition, functions: { work: () => ({ boot: 300, more: 1 }) } });
    await world.begin({ lease: { id: 'a1' } });
    expect(world.calls[0]?.payload).toEqual({ id: 'a1' });
    expect(world.engine.describe('run')?.output).toEqual({
      lease: { id: 'a1' },
      limits: { boot: 300 },
    });
  });

  it('fails under the name of the error that its function throws', async () => {
    const thrower = () => {
      throw named('ProviderDown', 'no answer');
    };
    const world = aWorld({
      definition: aMachine({ Work: aTask('work') }),
      functions: { work: thrower },
    });
    await world.begin();
    expect(world.engine.describe('run')).toMatchObject({
      status: 'FAILED',
      error: 'ProviderDown',
      cause: '{"errorMessage":"no answer","errorType":"ProviderDown"}',
    });
  });

  it('has the result null when its function returns nothing', async () => {
    const definition = aMachine({ Work: aTask('work', { OutputPath: '$.Payload', End: true }) });
    const world = aWorld({ definition });
    await world.begin();
    expect(world.engine.describe('run')?.output).toBeNull();
  });
});

describe('a callback task', () => {
  const definition = aMachine({ Serve: aCallback('serve') });

  it('still runs when its function has returned', async () => {
    const world = aWorld({ definition, functions: { serve: () => 'ignored' } });
    await world.begin();
    expect(world.engine.running()).toEqual(['run']);
  });

  it('ends with the output of the answer to its token', async () => {
    const world = aWorld({ definition });
    await world.begin();
    expect(world.engine.succeed('token-1', { woken: true })).toBe('accepted');
    await world.engine.settled();
    expect(world.engine.describe('run')).toMatchObject({
      status: 'SUCCEEDED',
      output: { woken: true },
    });
    expect(world.clock.pending()).toEqual([]);
  });

  it('fails with the error of the answer to its token', async () => {
    const world = aWorld({ definition });
    await world.begin();
    expect(world.engine.fail('token-1', 'LeaseOver', 'released')).toBe('accepted');
    await world.engine.settled();
    expect(world.engine.describe('run')).toMatchObject({ error: 'LeaseOver', cause: 'released' });
  });

  it('fails when the function that was given the token does', async () => {
    const thrower = () => {
      throw named('StoreDown');
    };
    const world = aWorld({ definition, functions: { serve: thrower } });
    await world.begin();
    expect(world.engine.describe('run')?.error).toBe('StoreDown');
    expect(world.engine.heartbeat('token-1')).toBe('over');
  });

  it('takes an answer before its function has returned', async () => {
    const functions = {
      serve: () => {
        expect(world.engine.succeed('token-1', 'early')).toBe('accepted');
        return 'late';
      },
    };
    const world = aWorld({ definition, functions });
    await world.begin();
    expect(world.engine.describe('run')?.output).toBe('early');
  });

  it('takes the first answer only', async () => {
    const world = aWorld({ definition });
    await world.begin();
    world.engine.succeed('token-1', 'first');
    expect(world.engine.succeed('token-1', 'second')).toBe('over');
    expect(world.engine.fail('token-1', 'Late', '')).toBe('over');
    await world.engine.settled();
    expect(world.engine.describe('run')?.output).toBe('first');
  });

  it('returns over for a token that never existed', () => {
    const { engine } = aWorld({ definition });
    expect([engine.succeed('x', {}), engine.fail('x', 'E', ''), engine.heartbeat('x')]).toEqual([
      'over',
      'over',
      'over',
    ]);
  });
});

describe('a journal that cannot be written', () => {
  it('makes the engine refuse an answer', async () => {
    let full = false;
    const kept = createMemoryJournal();
    const append: Journal['append'] = (record) => {
      if (full) throw named('StoreDown', 'the disk is full');
      kept.append(record);
    };
    const definition = aMachine({ Serve: aCallback('serve') });
    const world = aWorld({ definition, journal: { ...kept, append } });
    await world.begin();
    full = true;
    expect(() => world.engine.succeed('token-1', {})).toThrow('the disk is full');
    full = false;
    expect(world.engine.succeed('token-1', {})).toBe('accepted');
  });
});

describe('names', () => {
  const definition = aMachine({ Serve: aCallback('serve') });

  it('are started once: a repeated start is the same execution', async () => {
    const world = aWorld({ definition });
    await world.begin({ lease: 1 });
    expect(world.engine.start({ name: 'run', input: { lease: 1 } })).toBe('started');
    await world.engine.settled();
    expect(world.calls).toHaveLength(1);
  });

  it('are taken for another input', async () => {
    const world = aWorld({ definition });
    await world.begin({ lease: 1 });
    expect(world.engine.start({ name: 'run', input: { lease: 2 } })).toBe('exists');
  });

  it('stay taken when the execution has closed', async () => {
    const world = aWorld({ definition });
    await world.begin({ lease: 1 });
    world.engine.succeed('token-1', {});
    await world.engine.settled();
    expect(world.engine.start({ name: 'run', input: { lease: 1 } })).toBe('exists');
  });

  it('differ by generation', async () => {
    const world = aWorld({ definition });
    world.engine.start({ name: 'a1-1', input: {} });
    world.engine.start({ name: 'a1-2', input: {} });
    await world.engine.settled();
    expect(world.engine.running()).toEqual(['a1-1', 'a1-2']);
    world.engine.succeed('token-1', 'of the first');
    await world.engine.settled();
    expect(world.engine.running()).toEqual(['a1-2']);
    expect(world.engine.describe('a1-1')?.output).toBe('of the first');
  });

  it('are refused when AWS would refuse them', () => {
    const { engine } = aWorld({ definition });
    expect(() => engine.start({ name: 'a b', input: {} })).toThrow(/not a valid execution name/);
    expect(() => engine.start({ name: 'x'.repeat(81), input: {} })).toThrow();
  });

  it('that were never started have no description', () => {
    expect(aWorld({ definition }).engine.describe('nobody')).toBeUndefined();
  });
});

describe('transitions', () => {
  it('count every state entered and every retry', async () => {
    let failures = 2;
    const work = () => {
      if (failures-- > 0) throw named('RateLimited');
    };
    const Retry = [{ ErrorEquals: ['RateLimited'], IntervalSeconds: 1 }];
    const definition = aMachine({
      Wait: { Type: 'Wait', Seconds: 1, Next: 'Work' },
      Work: aTask('work', { Retry, ResultPath: null, Next: 'Done' }),
      Done: { Type: 'Succeed' },
    });
    const world = aWorld({ definition, functions: { work } });
    await world.begin({ fine: true });
    await world.clock.advanceTo(world.clock.now() + seconds(10));
    expect(world.engine.describe('run')).toMatchObject({
      output: { fine: true },
      transitions: 5,
      states: ['Wait', 'Work', 'Work', 'Work', 'Done'],
    });
  });
});

describe('an execution that ended', () => {
  const definition = aMachine({ Work: aTask('work') });
  const reportsOf = async (functions: NonNullable<Parameters<typeof aWorld>[0]['functions']>) => {
    const reports: object[] = [];
    const world = aWorld({ definition, functions, onFailed: (ended) => reports.push(ended) });
    await world.begin();
    await world.engine.settled();
    return reports;
  };
  const thrower = () => {
    throw named('ProviderDown', 'no answer');
  };

  it('with a failure is reported once it is in the journal', async () => {
    expect(await reportsOf({ work: thrower })).toEqual([{ name: 'run', status: 'FAILED' }]);
  });
  it('with success is not reported', async () => {
    expect(await reportsOf({})).toEqual([]);
  });
  it('with a failure before a crash is not reported again', async () => {
    const reports: object[] = [];
    const first = aWorld({ definition, functions: { work: thrower } });
    await first.begin();
    const second = aWorld({
      definition,
      journal: first.journal,
      onFailed: (ended) => reports.push(ended),
    });
    expect(second.engine.resume()).toBe(0);
    await second.engine.settled();
    expect([second.engine.describe('run')?.status, reports]).toEqual(['FAILED', []]);
  });
});

describe('a closed engine', () => {
  it('refuses calls, because it can no longer write its journal', async () => {
    const world = aWorld({ definition: aMachine({ Serve: aCallback('serve') }) });
    await world.begin();
    world.engine.close();
    expect(() => world.engine.succeed('token-1', {})).toThrow(/closed/);
    expect(world.clock.pending()).toEqual([]);
  });
});
