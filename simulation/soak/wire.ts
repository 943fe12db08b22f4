// Sends one call of the process at a time; the seed decides which waiting call is next. Functions
// therefore interleave at every call, and the same seed gives the same run. A function may crash at
// any of its calls, a reply may be late, and a service may have an outage, but replies are never
// faked.

import { setImmediate } from 'node:timers/promises';
import { type Around, actAs, type Sent } from '../../test/support/races/turns.ts';
import type { Random } from '../../test/support/random.ts';

/** The fault of a function: it crashes at its n-th call, or the reply to that call is late. */
export type Fate =
  | { readonly kind: 'none' }
  | { readonly kind: 'dies'; readonly at: number; readonly when: 'before' | 'after' }
  | { readonly kind: 'late'; readonly at: number; readonly ms: number };

export type WireOptions = {
  readonly random: Random;
  readonly after: (ms: number, run: () => void) => void;
  /** The error of a call whose recipient has an outage. */
  readonly outageOf: (sent: Sent) => Error | null;
  /** Called with each completed call. */
  readonly onReply: (sent: Sent, answer: unknown) => void;
};

export type Wire = {
  /** Runs a function to its end; rejects when it crashes or its process ends. */
  run<Result>(work: () => Promise<Result>, fate: Fate, isGone: () => boolean): Promise<Result>;
  /** Resolves when nothing can happen before time moves. */
  quiet(): Promise<void>;
  readonly calls: () => number;
};

/** The error that Lambda reports for a function whose process ended; earlier effects remain. */
const CRASH = Object.assign(new Error('the function was stopped'), { name: 'Lambda.Unknown' });

export const isCrash = (error: unknown): boolean => error === CRASH;

const never = <Result>(): Promise<Result> => new Promise(() => undefined);

/** A running function and its number of calls in progress. */
type Running = { calls: number };

/** Waits until every running function has a call in progress; some work is on other threads. */
async function settled(doing: ReadonlySet<Running>): Promise<void> {
  for (let calm = 0; calm < 3; calm += 1) {
    await setImmediate();
    if ([...doing].some(({ calls }) => calls === 0)) calm = -1;
  }
}

/** The waiting calls, which are sent one after the other, in the order of the seed. */
function createQueue({ random, onReply, outageOf }: WireOptions, doing: ReadonlySet<Running>) {
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
        const outage = outageOf(sent);
        if (outage !== null) return reject(outage);
        const [answer] = await Promise.allSettled([call()]);
        if (answer.status === 'rejected') return reject(answer.reason);
        onReply(sent, answer.value);
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
  const doing = new Set<Running>();
  const { send: inTurn, quiet, calls } = createQueue(options, doing);
  const late = (ms: number): Promise<void> => new Promise((resolve) => options.after(ms, resolve));

  return {
    async run(work, fate, isGone) {
      const self: Running = { calls: 0 };
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
      const sendWithFault = async <Answer>(
        sent: Sent,
        send: () => Promise<Answer>,
      ): Promise<Answer> => {
        made += 1;
        const isFaulty = fate.kind !== 'none' && fate.at === made;
        if (isFaulty && fate.kind === 'dies' && fate.when === 'before') return crash();
        const answer = await inTurn(sent, send);
        if (isFaulty && fate.kind === 'late') await late(fate.ms);
        return isFaulty && fate.kind === 'dies' ? crash() : answer;
      };
      const around: Around = async (sent, send) => {
        if (isGone() || !doing.has(self)) return stop();
        self.calls += 1;
        // A pause, or a function that this one calls: other functions run meanwhile.
        const [answer] = await Promise.allSettled([
          sent.to === null ? send() : sendWithFault(sent, send),
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
