// Virtual time, which moves only while no call is in progress. No test waits in real time, and a
// fault occurs at the same instant on every computer.

import * as z from 'zod/mini';
import type { Call } from '../../../local/aws/lambda.ts';
import type { VirtualClock } from '../../../local/workflow/clock.ts';
import type { WorkflowEngine } from '../../../local/workflow/engine.ts';
import { STEPS, type StepName } from '../../../shared/core/base/functions.ts';
import { LeaseId } from '../../../shared/core/base/ids.ts';
import { StepMessage } from '../../../shared/core/lease/work-message.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** When the clock of a world starts. */
export const START = Date.UTC(2026, 10, 21, 12);

/** Whether a call is a step of the workflow. */
export const isStep = (name: string): name is StepName => name in STEPS;

const OfStep = z.object({ leaseId: LeaseId });
const OfMessage = z.object({ Records: z.array(z.object({ body: z.string() })) });

/** The lease that a call is for, as a step or as the message of one; null when it is for none. */
export function leaseIdIn(payload: unknown): LeaseId | null {
  const step = OfStep.safeParse(payload);
  if (step.success) return step.data.leaseId;
  const [record] = OfMessage.safeParse(payload).data?.Records ?? [];
  return record === undefined
    ? null
    : (StepMessage.safeParse(JSON.parse(record.body)).data?.lease ?? null);
}

/** A reply that the test sends later; time moves meanwhile. */
type Later = { readonly later: Promise<unknown> };

/** Decides about a call: run it, fail it, reply later or never. */
export type Meddle = (call: Call, run: () => Promise<unknown>) => Promise<unknown> | Later | 'hang';

const isLater = (outcome: unknown): outcome is Later =>
  typeof outcome === 'object' && outcome !== null && 'later' in outcome;

/**
 * Lets `meddle` decide about each call, and counts the calls in progress. `hanging` returns how
 * many of these only wait for time to move.
 */
export function watchCalls(meddle: Meddle, hanging: () => number) {
  const calls: string[] = [];
  let inProgress = 0;
  const decided = async (call: Call, run: () => Promise<unknown>): Promise<unknown> => {
    inProgress += 1;
    try {
      return await meddle(call, run);
    } finally {
      inProgress -= 1;
    }
  };
  const around = async (call: Call, run: () => Promise<unknown>): Promise<unknown> => {
    calls.push(call.name);
    const outcome = await decided(call, run);
    if (isLater(outcome)) return outcome.later;
    return outcome === 'hang' ? new Promise(() => undefined) : outcome;
  };
  return { calls, around, isIdle: () => inProgress <= hanging() };
}

export type Time = {
  /** Whether `until` or `pass` moves time now. */
  isMoving(): boolean;
  /** Resolves when the present `until` or `pass` ends. */
  stopped(): Promise<void>;
  /** Moves time, timer by timer, until `done`; throws after `hours` of virtual time. */
  until(done: () => Promise<boolean>, hours?: number): Promise<void>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
};

/**
 * Pauses inside calls: a paused call waits for time and does not hold it up. Without a driver, a
 * pause moves time itself.
 */
export function createPauses(clock: VirtualClock, time: () => Time | undefined) {
  let count = 0;
  const pause = async (ms: number): Promise<void> => {
    let isDue = false;
    const due = new Promise<void>((resolve) => {
      clock.at(clock.now() + ms, () => {
        isDue = true;
        resolve();
      });
    });
    count += 1;
    try {
      while (!isDue) {
        const driver = time();
        if (driver === undefined) clock.next();
        else if (driver.isMoving()) await Promise.race([due, driver.stopped()]);
        else await driver.until(async () => isDue);
      }
    } finally {
      count -= 1;
    }
  };
  /** Runs work on which a call in progress waits, so that time can move for the work's pauses. */
  const duringCall = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    count += 1;
    try {
      return await work();
    } finally {
      count -= 1;
    }
  };
  return { pause, duringCall, pausing: () => count };
}

/** Moves the clock whenever the engine is settled and no call is in progress. */
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
  let moving: PromiseWithResolvers<void> | null = null;
  const until: Time['until'] = async (done, hours) => {
    const own = Promise.withResolvers<void>();
    moving ??= own;
    try {
      await moveUntil(done, hours);
    } finally {
      if (moving === own) moving = null;
      own.resolve();
    }
  };
  const moveUntil: Time['until'] = async (done, hours = 40) => {
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
  return { until, pass, isMoving: () => moving !== null, stopped: async () => moving?.promise };
}
