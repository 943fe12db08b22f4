// One call at a time leaves the process; of those that wait to, the seed says which is next. So
// functions interleave at every call, and the same seed plays the same run again. A function may
// die at any of its calls, and an answer may come late, but none is ever invented.

import { setImmediate } from 'node:timers/promises';
import { type Around, actAs, type Sent } from '../../test/support/races/turns.ts';
import type { Random } from '../../test/support/random.ts';

/** What a function suffers: it dies at its n-th call, or that call's answer is late by so much. */
export type Fate =
  | { readonly kind: 'none' }
  | { readonly kind: 'dies'; readonly at: number; readonly when: 'before' | 'after' }
  | { readonly kind: 'late'; readonly at: number; readonly ms: number };

export type WireOptions = {
  readonly random: Random;
  readonly after: (ms: number, run: () => void) => void;
  /** Told of each call that got its answer. */
  readonly seen: (sent: Sent, answer: unknown) => void;
};

export type Wire = {
  /** Runs a function to its end, or rejects when its fate or the end of its process stops it. */
  run<Result>(work: () => Promise<Result>, fate: Fate, isGone: () => boolean): Promise<Result>;
  /** Resolves when nothing can happen any more without time moving. */
  quiet(): Promise<void>;
  readonly calls: () => number;
};

/** As Lambda reports a function whose process ended: what it did is done, the rest is not. */
const CRASH = Object.assign(new Error('the function was stopped'), { name: 'Lambda.Unknown' });

export const isCrash = (error: unknown): boolean => error === CRASH;

const never = <Result>(): Promise<Result> => new Promise(() => undefined);

/** A function under way: it rests while a call of its own is, and when it will never go on. */
type Doing = { calls: number };

/** Lets what was set off come to its next call; some of it is work of other threads. */
async function settled(doing: ReadonlySet<Doing>): Promise<void> {
  for (let calm = 0; calm < 3; calm += 1) {
    await setImmediate();
    if ([...doing].some(({ calls }) => calls === 0)) calm = -1;
  }
}

/** The calls that wait to be sent, and who sends them: one after the other, in the seed's order. */
function createQueue({ random, seen }: WireOptions, doing: ReadonlySet<Doing>) {
  const waiting: (() => Promise<void>)[] = [];
  let pumping: Promise<void> | null = null;
  let calls = 0;
  const pump = async (): Promise<void> => {
    for (;;) {
      await settled(doing);
      const [next] = waiting.splice(random.below(waiting.length), 1);
      if (next === undefined) break;
      await next();
    }
    pumping = null;
  };
  const send = <Answer>(sent: Sent, call: () => Promise<Answer>): Promise<Answer> =>
    new Promise((resolve, reject) => {
      waiting.push(async () => {
        calls += 1;
        const [answer] = await Promise.allSettled([call()]);
        if (answer.status === 'rejected') return reject(answer.reason);
        seen(sent, answer.value);
        resolve(answer.value);
      });
      pumping ??= pump();
    });
  const quiet = async (): Promise<void> => {
    do {
      await pumping;
      await settled(doing);
    } while (pumping !== null);
  };
  return { send, quiet, calls: () => calls };
}

export function createWire(options: WireOptions): Wire {
  const doing = new Set<Doing>();
  const { send: inTurn, quiet, calls } = createQueue(options, doing);
  const late = (ms: number): Promise<void> => new Promise((resolve) => options.after(ms, resolve));

  return {
    async run(work, fate, isGone) {
      const self: Doing = { calls: 0 };
      const dead = Promise.withResolvers<never>();
      let made = 0;
      const stop = <Answer>(): Promise<Answer> => {
        doing.delete(self);
        return never();
      };
      const crash = <Answer>(): Promise<Answer> => {
        dead.reject(CRASH);
        return stop();
      };
      const answered = async <Answer>(sent: Sent, send: () => Promise<Answer>): Promise<Answer> => {
        made += 1;
        const struck = fate.kind !== 'none' && fate.at === made;
        if (struck && fate.kind === 'dies' && fate.when === 'before') return crash();
        const answer = await inTurn(sent, send);
        if (struck && fate.kind === 'late') await late(fate.ms);
        return struck && fate.kind === 'dies' ? crash() : answer;
      };
      const around: Around = async (sent, send) => {
        if (isGone() || !doing.has(self)) return stop();
        self.calls += 1;
        // A pause is no call, and others go on meanwhile.
        const [answer] = await Promise.allSettled([
          sent.name === 'pause' ? send() : answered(sent, send),
        ]);
        self.calls -= 1;
        if (isGone() || !doing.has(self)) return stop();
        if (answer.status === 'rejected') throw answer.reason;
        return answer.value;
      };
      doing.add(self);
      try {
        return await Promise.race([actAs(around, work), dead.promise]);
      } finally {
        doing.delete(self);
      }
    },
    quiet,
    calls,
  };
}
