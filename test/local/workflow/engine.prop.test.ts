// The law of the journal: wherever a crash cuts it off, the execution ends in the same way. The
// functions here return a value that depends only on their payload, as steps that repeat safely do.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { createMemoryJournal, type JournalRecord } from '../../../local/workflow/journal.ts';
import { aCallback, aMachine, aTask, aWorld, named, START, seconds, type World } from './world.ts';

/** How the world behaves towards one execution. */
type Script = {
  /** How often Launch is refused before it works; above 2 it never does. */
  refusals: number;
  /** How often Launch finds its offer gone, which leads back to Choose. */
  gone: number;
  /** What ends Serve. */
  serve: 'answer' | 'error' | 'silence';
  heartbeats: number;
  pause: number;
};

const definition = aMachine({
  Launch: aTask('launch', {
    Parameters: {
      FunctionName: 'launch',
      Payload: { 'rounds.$': '$.rounds.count', 'retry.$': '$$.State.RetryCount' },
    },
    Retry: [{ ErrorEquals: ['RateLimited'], MaxAttempts: 2, JitterStrategy: 'FULL' }],
    Catch: [
      { ErrorEquals: ['OfferGone'], ResultPath: null, Next: 'Choose' },
      { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Pause' },
    ],
    ResultSelector: { 'silence.$': '$.Payload.silence' },
    ResultPath: '$.limits',
    Next: 'Serve',
  }),
  Choose: aTask('choose', {
    Parameters: {
      FunctionName: 'choose',
      Payload: { 'count.$': 'States.MathAdd($.rounds.count, 1)' },
    },
    ResultSelector: { 'count.$': '$.Payload.count' },
    ResultPath: '$.rounds',
    Next: 'Launch',
  }),
  Serve: aCallback('serve', {
    TimeoutSeconds: 100,
    HeartbeatSecondsPath: '$.limits.silence',
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Pause' }],
    ResultPath: '$.woken',
    Next: 'Pause',
  }),
  Pause: { Type: 'Wait', SecondsPath: '$.pause', Next: 'Lost?' },
  'Lost?': {
    Type: 'Choice',
    // Without a match the execution fails.
    Choices: [
      {
        Not: {
          And: [
            { Variable: '$.error', IsPresent: true },
            { Variable: '$.error.Error', StringEquals: 'RateLimited' },
          ],
        },
        Next: 'Done',
      },
    ],
  },
  Done: { Type: 'Succeed' },
});

const Payload = z.object({ rounds: z.number(), retry: z.number() });

const launch = (script: Script) => (payload: unknown) => {
  const { rounds, retry } = Payload.parse(payload);
  if (retry < script.refusals) throw named('RateLimited');
  if (rounds < script.gone) throw named('OfferGone');
  return { silence: 30 };
};

const openWorld = (script: Script, records: readonly JournalRecord[]): World =>
  aWorld({
    definition,
    functions: { launch: launch(script), choose: (payload) => payload },
    journal: createMemoryJournal(records),
    now: records.at(-1)?.at ?? START,
    mark: `crash-${records.length}`,
  });

/** The attempt that is parked now, if there is one, and how often it was heard of. */
function parked(
  records: readonly JournalRecord[],
): { token: string; heartbeats: number } | undefined {
  const started = records.findLast((record) => record.type === 'task-started');
  if (started?.type !== 'task-started' || started.call.functionName !== 'serve') return undefined;
  const since = records.slice(records.indexOf(started) + 1);
  if (since.some(({ type }) => type !== 'parked' && type !== 'heartbeat')) return undefined;
  return {
    token: started.token,
    heartbeats: since.filter(({ type }) => type === 'heartbeat').length,
  };
}

/** One move of the outside: a heartbeat, an answer, or the passing of time. */
async function move({ engine, clock, journal }: World, script: Script): Promise<void> {
  const wait = parked(journal.read());
  if (wait === undefined) return void clock.next();
  if (wait.heartbeats < script.heartbeats) {
    await clock.advanceTo(clock.now() + seconds(5));
    engine.heartbeat(wait.token);
  } else if (script.serve === 'answer') engine.succeed(wait.token, { by: 'owner' });
  else if (script.serve === 'error') engine.fail(wait.token, 'LeaseOver', 'released');
  else clock.next();
}

async function runToEnd(world: World, script: Script) {
  world.engine.resume();
  await world.begin({ pause: script.pause, rounds: { count: 0 } });
  for (let moves = 0; world.engine.running().length > 0; moves += 1) {
    if (moves > 200) throw new Error('the execution does not end');
    await move(world, script);
    await world.engine.settled();
  }
  return world.engine.describe('run');
}

const scripts: fc.Arbitrary<Script> = fc.record({
  refusals: fc.integer({ min: 0, max: 3 }),
  gone: fc.integer({ min: 0, max: 2 }),
  serve: fc.constantFrom('answer', 'error', 'silence'),
  heartbeats: fc.integer({ min: 0, max: 3 }),
  pause: fc.integer({ min: 0, max: 90 }),
});

describe('a journal cut off anywhere', () => {
  it('leads to the same end, through the same states', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        const whole = openWorld(script, []);
        const ending = await runToEnd(whole, script);
        const records = whole.journal.read();
        for (let kept = 0; kept < records.length; kept += 1) {
          const cut = openWorld(script, records.slice(0, kept));
          expect(await runToEnd(cut, script)).toEqual(ending);
        }
      }),
      { numRuns: 40 },
    );
  });
});
