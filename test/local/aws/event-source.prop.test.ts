// The laws of deliveries: whatever the function does with each message, and whenever the process
// crashes, every message is either done or in the dead-letter queue in the end.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SQSRecord } from 'aws-lambda';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { startEventSource } from '../../../local/aws/event-source.ts';
import { minutes, seconds } from '../../../shared/core/base/time.ts';
import { aQueueWorld, MAX_RECEIVES, turnOf, turnsIn, VISIBILITY } from './queue-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'deliveries-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What one call of the function does; `crash` ends the process while it runs. */
const ACTS = ['done', 'fails', 'throws', 'slow', 'renews', 'hands back', 'crash'] as const;
type Act = (typeof ACTS)[number];
type Script = {
  /** The group of each message. */
  readonly groups: readonly string[];
  /** What the calls do, in their order; further calls are done. */
  readonly acts: readonly Act[];
  readonly faults: readonly ('twice' | 'late')[];
  readonly maxConcurrency: number;
};

const scripts: fc.Arbitrary<Script> = fc.record({
  groups: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 8 }),
  acts: fc.array(fc.constantFrom(...ACTS), { maxLength: 20 }),
  faults: fc.array(fc.constantFrom('twice' as const, 'late' as const), { maxLength: 3 }),
  maxConcurrency: fc.integer({ min: 1, max: 4 }),
});

type Delivery = { readonly turn: number; readonly group: string; readonly receipt: string };

/** Runs a script until the queue is empty. */
async function play(script: Script) {
  const world = aQueueWorld(mkdtempSync(join(folder, 'run-')));
  const deliveries: Delivery[] = [];
  /** Messages whose success is reported in time, to a process that still runs. */
  const done = new Set<number>();
  /** Messages with two deliveries whose receipts held at the same time. */
  const overlaps: Delivery[] = [];
  const heldUntil = new Map<string, number>();
  const acts = [...script.acts];
  const crashes = { wanted: 0, handled: 0 };
  const wait = (length: number) =>
    new Promise<void>((go) => void world.clock.at(world.clock.now() + length, go));

  const isHeld = (receipt: string) => (heldUntil.get(receipt) ?? 0) > world.clock.now();
  const note = ({ body, receiptHandle: receipt, attributes }: SQSRecord): Delivery => {
    const group = attributes.MessageGroupId ?? '';
    const delivery = { turn: turnOf(body), group, receipt };
    const others = deliveries.filter((other) => other.group === group && other.receipt !== receipt);
    if (others.some((other) => isHeld(other.receipt))) overlaps.push(delivery);
    deliveries.push(delivery);
    const [message] = world
      .queue()
      .messages()
      .filter(({ hidden }) => hidden?.receipt === receipt);
    heldUntil.set(receipt, message?.hidden?.until ?? 0);
    return delivery;
  };
  const change = async (receipt: string, length: number): Promise<void> => {
    if (isHeld(receipt)) heldUntil.set(receipt, world.clock.now() + length * 1_000);
    await world.queue().changeVisibility(receipt, seconds(length));
  };
  const act = async (record: SQSRecord): Promise<unknown> => {
    const { turn, receipt } = note(record);
    const started = crashes.handled;
    const failed = { batchItemFailures: [{ itemIdentifier: record.messageId }] };
    const does = acts.shift() ?? 'done';
    await wait(seconds(1));
    if (does === 'crash') crashes.wanted += 1;
    if (does === 'crash' || does === 'fails') return failed;
    if (does === 'throws') throw new Error('the function fails');
    if (does === 'renews') await change(receipt, 600);
    if (does === 'hands back') await change(receipt, 0);
    if (does === 'hands back') return failed;
    if (does === 'renews') await wait(seconds(300));
    if (does === 'slow') await wait(VISIBILITY);
    if (isHeld(receipt) && crashes.handled === started) done.add(turn);
    heldUntil.delete(receipt);
    return null;
  };
  const open = () =>
    startEventSource({
      clock: world.clock,
      queue: world.queue(),
      faults: world.faults,
      maxConcurrency: script.maxConcurrency,
      invoke: ({ Records: [record] }) => (record === undefined ? Promise.reject() : act(record)),
      onError: () => undefined,
    });

  for (const fails of script.faults) world.faults.add({ of: 'delivery', fails });
  let source = open();
  for (const [index, group] of script.groups.entries()) await world.send(index + 1, { group });
  for (let minute = 0; turnsIn(world.queue()).length > 0; minute += 1) {
    if (minute > 1_000) throw new Error('the queue does not drain');
    await world.pass(minutes(1));
    if (crashes.wanted === crashes.handled) continue;
    crashes.handled = crashes.wanted;
    source.close();
    world.crash();
    source = open();
  }
  source.close();
  world.close();
  return { deliveries, done, overlaps, dead: turnsIn(world.dead()) };
}

describe('any function, with crashes', () => {
  it('gets each group in order, and each message until it is done or dead', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        const { deliveries, done, overlaps, dead } = await play(script);
        expect(overlaps).toEqual([]);
        for (const group of new Set(script.groups)) {
          const firsts = [
            ...new Set(deliveries.filter((each) => each.group === group).map(({ turn }) => turn)),
          ];
          expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
        }
        for (const turn of script.groups.map((_, index) => index + 1)) {
          const receipts = new Set(
            deliveries.filter((each) => each.turn === turn).map(({ receipt }) => receipt),
          );
          expect(done.has(turn)).toBe(!dead.includes(turn));
          expect(receipts.size).toBeGreaterThan(0);
          expect(receipts.size).toBeLessThanOrEqual(MAX_RECEIVES);
          // A crash before a late delivery costs a receive without a call.
          const isExact = !script.faults.includes('late');
          if (dead.includes(turn) && isExact) expect(receipts.size).toBe(MAX_RECEIVES);
        }
      }),
      { numRuns: 60 },
    );
  });
});
