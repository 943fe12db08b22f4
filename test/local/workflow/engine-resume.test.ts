// Crashes: an engine is closed as by a crash, and another one continues from the same journal.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileJournal } from '../../../local/workflow/journal.ts';
import { aCallback, aMachine, aTask, aWorld, named, START, seconds, type World } from './world.ts';

const never = () => new Promise(() => undefined);

describe('after a crash', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'resume-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (options: Omit<Parameters<typeof aWorld>[0], 'journal'>): World =>
    aWorld({ ...options, journal: openFileJournal(join(folder, 'workflow.jsonl')) });
  /** A new engine on the journal of a crashed one, `after` seconds into the test. */
  const reopen = async (definition: object, { after = 0, functions = {} } = {}) => {
    const now = START + seconds(after);
    const world = open({ definition, functions, now, mark: 'later' });
    const resumed = world.engine.resume();
    await world.engine.settled();
    return { world, resumed };
  };
  const limits = { TimeoutSeconds: 100, HeartbeatSeconds: 30, End: true };
  const serving = aMachine({ Serve: aCallback('serve', limits) });

  it('a parked attempt keeps its token, and its function is not called again', async () => {
    const before = open({ definition: serving });
    await before.begin();
    before.engine.close();
    const { world, resumed } = await reopen(serving);
    expect(resumed).toBe(1);
    expect(world.calls).toEqual([]);
    expect(world.engine.succeed('token-1', 'woken')).toBe('accepted');
    await world.engine.settled();
    expect(world.engine.describe('run')?.output).toBe('woken');
  });

  it('a heartbeat timeout still counts from the last heartbeat', async () => {
    const before = open({ definition: serving });
    await before.begin();
    await before.clock.advanceTo(START + seconds(25));
    before.engine.heartbeat('token-1');
    before.engine.close();
    const { world } = await reopen(serving, { after: 40 });
    expect(world.clock.pending()).toEqual([START + seconds(55)]);
  });

  it('a timeout that has passed applies at once, without calling the function', async () => {
    const before = open({ definition: serving, functions: { serve: never } });
    await before.begin();
    before.engine.close();
    const { world } = await reopen(serving, { after: 3600 });
    expect(world.engine.describe('run')).toMatchObject({ error: 'States.Timeout' });
    expect(world.calls).toEqual([]);
  });

  it('a token whose timeout has passed is over, even before the engine resumes', async () => {
    const before = open({ definition: serving });
    await before.begin();
    before.engine.close();
    const world = open({ definition: serving, now: START + seconds(30) });
    expect(world.engine.heartbeat('token-1')).toBe('over');
  });

  it('an accepted answer applies', async () => {
    const before = open({ definition: serving });
    await before.begin();
    expect(before.engine.succeed('token-1', 'in time')).toBe('accepted');
    before.engine.close();
    const { world } = await reopen(serving, { after: 3600 });
    expect(world.engine.describe('run')?.output).toBe('in time');
  });

  it('a run that was answered before resuming is not driven twice', async () => {
    const definition = aMachine({
      Serve: aCallback('serve', { Next: 'Work' }),
      Work: aTask('work'),
    });
    const before = open({ definition });
    await before.begin();
    before.engine.close();
    const world = open({ definition, mark: 'later' });
    world.engine.succeed('token-1', {});
    expect(world.engine.resume()).toBe(0);
    await world.engine.settled();
    expect(world.calls).toHaveLength(1);
  });

  it('a function that had not returned is called again with the same payload', async () => {
    const before = open({ definition: serving, functions: { serve: never } });
    await before.begin();
    before.engine.close();
    const { world } = await reopen(serving);
    expect(world.calls).toEqual(before.calls);
    expect(world.tokens()).toEqual(['token-1']);
  });

  it('a late result of the old process is ignored', async () => {
    let finish: (() => void) | undefined;
    const work = () => new Promise<void>((resolve) => (finish = resolve));
    const definition = aMachine({ Work: aTask('work') });
    const before = open({ definition, functions: { work } });
    await before.begin();
    before.engine.close();
    finish?.();
    await before.engine.settled();
    expect(before.engine.running()).toEqual(['run']);
  });

  it('a back-off and a wait end when they were due', async () => {
    const definition = aMachine({
      Work: aTask('work', {
        Retry: [{ ErrorEquals: ['RateLimited'], IntervalSeconds: 60 }],
        ResultPath: null,
        Next: 'Pause',
      }),
      Pause: { Type: 'Wait', Seconds: 60, End: true },
    });
    const work = () => {
      throw named('RateLimited');
    };
    const first = open({ definition, functions: { work } });
    await first.begin();
    first.engine.close();
    const { world: second } = await reopen(definition, { after: 10 });
    expect(second.clock.pending()).toEqual([START + seconds(60)]);
    await second.clock.advanceTo(START + seconds(60));
    second.engine.close();
    const { world: third } = await reopen(definition, { after: 70 });
    expect(third.clock.pending()).toEqual([START + seconds(120)]);
    await third.clock.advanceTo(START + seconds(120));
    expect(third.engine.describe('run')).toMatchObject({
      status: 'SUCCEEDED',
      states: ['Work', 'Work', 'Pause'],
    });
  });

  it('names stay taken, and ended executions are still described', async () => {
    const definition = aMachine({ Work: aTask('work') });
    const before = open({ definition, functions: { work: () => 'done' } });
    await before.begin({ id: 'a1' });
    const description = before.engine.describe('run');
    before.engine.close();
    const { world, resumed } = await reopen(definition);
    expect(resumed).toBe(0);
    expect(world.engine.describe('run')).toEqual(description);
    expect(world.engine.start({ name: 'run', input: { id: 'a1' } })).toBe('exists');
  });

  it('an execution whose state is no longer in the definition fails', async () => {
    const before = open({ definition: serving });
    await before.begin();
    before.engine.succeed('token-1', {});
    before.engine.close();
    const { world } = await reopen(aMachine({ Other: { Type: 'Succeed' } }));
    expect(world.engine.describe('run')).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'the state Serve is not in this definition',
    });
  });

  it('a thousand parked executions continue', async () => {
    const before = open({ definition: serving });
    for (let lease = 0; lease < 1000; lease += 1) {
      before.engine.start({ name: `lease-${lease}`, input: { lease } });
    }
    await before.engine.settled();
    before.engine.close();
    const { world, resumed } = await reopen(serving, { after: 10 });
    expect(resumed).toBe(1000);
    const tokens = before.tokens();
    expect(tokens).toHaveLength(1000);
    expect(tokens.map((token) => world.engine.succeed(token, {}))).not.toContain('over');
  });
});
