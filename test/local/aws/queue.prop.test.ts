// The laws of the local queue: whatever is sent, received, changed, deleted and repeated, and
// wherever a crash cuts it off, each group is delivered in order, one message at a time, and no
// message is lost.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { durationMs, minutes } from '../../../shared/core/base/time.ts';
import { aQueueWorld, MAX_RECEIVES, type QueueWorld, turnsIn, VISIBILITY } from './queue-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'queue-laws-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Move =
  | { readonly does: 'send'; readonly group: string; readonly id: string }
  | { readonly does: 'receive' | 'crash' }
  | { readonly does: 'pass'; readonly length: number }
  /** Of the newest receipt but `age`. */
  | { readonly does: 'delete'; readonly age: number }
  | { readonly does: 'change'; readonly age: number; readonly length: number };

const GROUPS = ['a#launch#0', 'a#launch#1', 'b#destroy#0'] as const;
const age = fc.nat({ max: 4 });
const one = <Name extends string>(name: Name) => fc.constant(name);
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      does: one('send'),
      group: fc.constantFrom(...GROUPS),
      id: fc.constantFrom('1', '2', '3', '4', '5', '6', '7', '8'),
    }),
  },
  { weight: 7, arbitrary: fc.record({ does: one('receive') }) },
  { weight: 3, arbitrary: fc.record({ does: one('delete'), age }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: one('change'),
      age,
      length: fc.constantFrom(0, 1_000, 60_000, 300_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: one('pass'),
      length: fc.constantFrom(1, 60_000, VISIBILITY - 1, VISIBILITY, 300_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: one('crash') }) },
);

type Message = {
  readonly turn: number;
  readonly group: string;
  readonly id: string;
  readonly sentAt: number;
  receives: number;
  receipt: string;
  until: number;
  end: 'deleted' | 'dead' | null;
};

/** What SQS promises about these moves, from what the test sent and received. */
function createObserver(world: QueueWorld) {
  const sent: Message[] = [];
  const receipts: string[] = [];
  const now = () => world.clock.now();
  const live = () => sent.filter(({ end }) => end === null);
  const isHeld = (message: Message) => message.end === null && now() < message.until;
  const heldBy = (receipt: string) =>
    live().find((each) => each.receipt === receipt && isHeld(each));
  const receiptOf = (wanted: number) => receipts.at(-1 - wanted) ?? 'none';
  /** Messages move to the dead-letter queue only after their last receive. */
  const noteDead = (): void => {
    for (const message of live().filter(({ turn }) => turnsIn(world.dead()).includes(turn))) {
      expect(message.receives).toBe(MAX_RECEIVES);
      expect(isHeld(message)).toBe(false);
      message.end = 'dead';
    }
  };
  return {
    sent,
    live,
    async send(group: string, id: string): Promise<void> {
      const turn = sent.length + 1;
      const isDuplicate = sent.some((each) => each.id === id && now() - each.sentAt < minutes(5));
      await world.send(turn, { group, id });
      const unsent = { receives: 0, receipt: '', until: 0, end: null };
      if (!isDuplicate) sent.push({ turn, group, id, sentAt: now(), ...unsent });
    },
    /** Whether a message was received. */
    receive(): boolean {
      const received = world.receive();
      noteDead();
      const open = GROUPS.flatMap((group) => {
        const [first, ...others] = live().filter((each) => each.group === group);
        expect(others.filter(isHeld)).toEqual([]);
        return first === undefined || isHeld(first) ? [] : [first];
      });
      if (received === null) expect(open).toEqual([]);
      const message = open.find(({ turn }) => turn === received?.turn);
      if (received === null) return false;
      if (message === undefined) throw new Error(`turn ${received.turn} was not open`);
      message.receives += 1;
      expect(received.receives).toBe(message.receives);
      expect(message.receives).toBeLessThanOrEqual(MAX_RECEIVES);
      message.receipt = received.receipt;
      message.until = now() + VISIBILITY;
      receipts.push(received.receipt);
      return true;
    },
    async delete(wanted: number): Promise<void> {
      const message = heldBy(receiptOf(wanted));
      const done = await world.queue().delete(receiptOf(wanted));
      expect(done).toBe(message === undefined ? 'expired' : 'deleted');
      if (message !== undefined) message.end = 'deleted';
    },
    async change(wanted: number, length: number): Promise<void> {
      const message = heldBy(receiptOf(wanted));
      const done = await world.queue().changeVisibility(receiptOf(wanted), durationMs(length));
      expect(done).toBe(message === undefined ? 'expired' : 'changed');
      if (message !== undefined) message.until = now() + length;
    },
  };
}
type Observer = ReturnType<typeof createObserver>;

async function make(made: Move, world: QueueWorld, observer: Observer): Promise<void> {
  if (made.does === 'send') await observer.send(made.group, made.id);
  else if (made.does === 'receive') observer.receive();
  else if (made.does === 'delete') await observer.delete(made.age);
  else if (made.does === 'change') await observer.change(made.age, made.length);
  else if (made.does === 'pass') await world.pass(made.length);
  else world.crash();
}

/** Receives what is left, and deletes every second message. */
async function drain(world: QueueWorld, observer: Observer): Promise<void> {
  for (let round = 0; observer.live().length > 0; round += 1) {
    if (round > 1_000) throw new Error('the queue does not drain');
    if (!observer.receive()) await world.pass(VISIBILITY);
    else if (round % 2 === 0) await observer.delete(0);
  }
}

describe('any moves, with crashes', () => {
  it('deliver each group in order, one at a time, and lose no message', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 10, maxLength: 80 }), async (moves) => {
        const world = aQueueWorld(mkdtempSync(join(folder, 'run-')));
        const observer = createObserver(world);
        for (const each of moves) {
          await make(each, world, observer);
          expect(turnsIn(world.queue())).toEqual(observer.live().map(({ turn }) => turn));
        }
        await drain(world, observer);
        world.crash();
        const dead = observer.sent.filter(({ end }) => end === 'dead').map(({ turn }) => turn);
        expect(turnsIn(world.queue())).toEqual([]);
        expect([...turnsIn(world.dead())].sort((a, b) => a - b)).toEqual(dead);
        world.close();
      }),
      { numRuns: 60 },
    );
  });
});
