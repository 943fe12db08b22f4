// Virtual time: it moves only while no call is under way. No test waits, and a fault strikes at the
// same moment on every computer.

import type { Call } from '../../../local/service.ts';
import type { VirtualClock } from '../../../local/workflow/clock.ts';
import type { WorkflowEngine } from '../../../local/workflow/engine.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** When the clock of a world starts. */
export const START = Date.UTC(2026, 10, 21, 12);

/** An answer that time doesn't wait for: the test says when it comes. */
type Later = { readonly later: Promise<unknown> };

/** Decides what becomes of a call: run it, fail it, answer it later, or never. */
export type Meddle = (call: Call, run: () => Promise<unknown>) => Promise<unknown> | Later | 'hang';

const isLater = (outcome: unknown): outcome is Later =>
  typeof outcome === 'object' && outcome !== null && 'later' in outcome;

/** Lets `meddle` decide about each call, and knows whether calls are under way. */
export function watchCalls(meddle: Meddle) {
  const calls: string[] = [];
  let underWay = 0;
  const decided = async (call: Call, run: () => Promise<unknown>): Promise<unknown> => {
    underWay += 1;
    try {
      return await meddle(call, run);
    } finally {
      underWay -= 1;
    }
  };
  const around = async (call: Call, run: () => Promise<unknown>): Promise<unknown> => {
    calls.push(call.name);
    const outcome = await decided(call, run);
    if (isLater(outcome)) return outcome.later;
    return outcome === 'hang' ? new Promise(() => undefined) : outcome;
  };
  return { calls, around, isIdle: () => underWay === 0 };
}

export type Time = {
  /** Moves time on, timer by timer, until `done`; fails after `hours` of it. */
  until(done: () => Promise<boolean>, hours?: number): Promise<void>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
};

/** Moves the clock on whenever the engine is settled and no call is under way. */
export function driveTime(
  clock: VirtualClock,
  engine: Pick<WorkflowEngine, 'settled'>,
  isIdle: () => boolean,
): Time {
  const rest = async (): Promise<void> => {
    for (let calm = 0; calm < 3; calm += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      await engine.settled();
      if (!isIdle()) calm = -1;
    }
  };
  const until: Time['until'] = async (done, hours = 40) => {
    const limit = clock.now() + hours * HOUR;
    for (;;) {
      await rest();
      if (await done()) return;
      if (clock.now() > limit) throw new Error(`not done in ${hours} simulated hours`);
      if (!clock.next()) throw new Error('nothing is left that could happen');
    }
  };
  const pass: Time['pass'] = async (ms) => {
    let due = false;
    clock.at(clock.now() + ms, () => {
      due = true;
    });
    await until(async () => due, ms / HOUR + 1);
  };
  return { until, pass };
}
