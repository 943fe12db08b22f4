// The events of a history, counted as Step Functions counts them, and the 25,000 it allows.

import { describe, expect, it } from 'vitest';
import { applied, type Execution } from '../../../local/workflow/execution.ts';
import { MAX_EVENTS } from '../../../local/workflow/history.ts';
import { createMemoryJournal, type JournalRecord } from '../../../local/workflow/journal.ts';
import { aCallback, aMachine, aTask, aWorld, named, START, seconds, type World } from './world.ts';

const Done = { Type: 'Succeed' };

/** How many events the history of `run` has. */
const eventsOf = ({ journal }: World): number =>
  journal
    .read()
    .reduce<Execution | undefined>((execution, record) => applied(execution, record), undefined)
    ?.events ?? 0;

async function eventsOfRun(States: Record<string, object>, functions = {}): Promise<number> {
  const world = aWorld({ definition: aMachine(States), functions });
  await world.begin();
  await world.clock.advanceTo(START + seconds(60));
  expect(world.engine.describe('run')?.status).toBe('SUCCEEDED');
  return eventsOf(world);
}

describe('the events of a history', () => {
  /** ExecutionStarted and ExecutionSucceeded. */
  const ENDS = 2;
  /** Entering and leaving a Succeed state. */
  const DONE = 2;

  it('are two for a Wait, a Choice or a Succeed', async () => {
    const Pause = { Type: 'Wait', Seconds: 1, Next: 'Way' };
    const Choices = [{ Variable: '$.x', IsPresent: true, Next: 'Done' }];
    const Way = { Type: 'Choice', Choices, Default: 'Done' };
    expect(await eventsOfRun({ Pause, Way, Done })).toBe(ENDS + 2 + 2 + DONE);
  });

  it('are five for a task', async () => {
    expect(await eventsOfRun({ Work: aTask('work', { Next: 'Done' }), Done })).toBe(
      ENDS + 5 + DONE,
    );
  });

  it('are three more for each attempt that failed', async () => {
    let failures = 2;
    const work = () => {
      if (failures-- > 0) throw named('RateLimited');
    };
    const Retry = [{ ErrorEquals: ['RateLimited'], IntervalSeconds: 1 }];
    const States = { Work: aTask('work', { Retry, Next: 'Done' }), Done };
    expect(await eventsOfRun(States, { work })).toBe(ENDS + 5 + 2 * 3 + DONE);
  });

  it('are six for a wait for a token, and heartbeats add none', async () => {
    const Serve = aCallback('serve', { HeartbeatSeconds: 30, Next: 'Done' });
    const world = aWorld({ definition: aMachine({ Serve, Done }) });
    await world.begin();
    for (let at = 20; at <= 200; at += 20) {
      await world.clock.advanceTo(START + seconds(at));
      world.engine.heartbeat('token-1');
    }
    world.engine.succeed('token-1', {});
    await world.engine.settled();
    expect(eventsOf(world)).toBe(ENDS + 6 + DONE);
  });
});

describe('the limit of a history', () => {
  const FULL = {
    status: 'FAILED',
    error: 'States.Runtime',
    cause: 'The execution reached the maximum number of history events (25000).',
  };
  const name = 'run';

  /** A journal whose execution has `events` events and just entered `state`. */
  function journalWith(events: number, state: string) {
    const entered: JournalRecord = { type: 'entered', name, at: START, state, input: {} };
    const first: JournalRecord = { type: 'started', name, at: START, state, input: {} };
    const turns = Array.from({ length: (events - 2) / 2 }, () => entered);
    return createMemoryJournal([first, ...turns]);
  }
  async function goOn(events: number, States: Record<string, object>) {
    const [state = 'Done'] = Object.keys(States);
    const journal = journalWith(events, state);
    const world = aWorld({ definition: aMachine({ ...States, Done }), journal });
    world.engine.resume();
    await world.engine.settled();
    return world;
  }

  it('is 25,000 events, the last of which may be the success of the execution', async () => {
    const world = await goOn(MAX_EVENTS - 2, {});
    expect(world.engine.describe(name)).toMatchObject({ status: 'SUCCEEDED' });
    expect(eventsOf(world)).toBe(25_000);
  });

  it('fails an execution that would go beyond it, whatever its states catch', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Done' }];
    const Work = aTask('work', { Catch, Next: 'Done' });
    const world = await goOn(MAX_EVENTS - 4, { Work });
    expect(world.calls).toHaveLength(1);
    expect(world.engine.describe(name)).toMatchObject(FULL);
    expect(eventsOf(world)).toBe(25_000);
  });

  it('fails a waiting execution when its token is answered', async () => {
    const failed: object[] = [];
    const Serve = aCallback('serve', { Next: 'Done' });
    const journal = journalWith(MAX_EVENTS - 4, 'Serve');
    const onFailed = (execution: object) => void failed.push(execution);
    const world = aWorld({ definition: aMachine({ Serve, Done }), journal, onFailed });
    world.engine.resume();
    await world.engine.settled();
    expect(world.engine.running()).toEqual([name]);
    expect(world.engine.succeed('token-1', {})).toBe('accepted');
    await world.engine.settled();
    expect(world.engine.describe(name)).toMatchObject(FULL);
    expect(failed).toEqual([{ name, status: 'FAILED' }]);
  });

  it('ends a loop that never leaves', async () => {
    const Work = aTask('work', { ResultPath: null, Next: 'Again?' });
    const Choices = [{ Variable: '$.enough', IsPresent: true, Next: 'Done' }];
    const world = await goOn(MAX_EVENTS - 700, {
      Work,
      'Again?': { Type: 'Choice', Choices, Default: 'Work' },
    });
    expect(world.engine.describe(name)).toMatchObject(FULL);
    // Seven events a turn.
    expect(world.calls).toHaveLength(100);
  });
});
