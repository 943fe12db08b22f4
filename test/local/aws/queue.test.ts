// The local FIFO queue, on virtual time and with journals in real files.

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { QueueRules } from '../../../local/aws/queue-messages.ts';
import { durationMs, hours, minutes, seconds } from '../../../shared/core/base/time.ts';
import { at } from '../../support/builders/base.ts';
import { aQueueWorld, MAX_RECEIVES, type QueueWorld, turnsIn, VISIBILITY } from './queue-world.ts';

const B = { group: 'b#launch#0' };

let folder = '';
let world: QueueWorld;
const open = (rules: Partial<QueueRules> = {}): void => {
  world.close();
  world = aQueueWorld(folder, rules);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-'));
  world = aQueueWorld(folder);
});
afterEach(() => {
  world.close();
  rmSync(folder, { recursive: true });
});

const journal = () => readFileSync(join(folder, 'work.jsonl'), 'utf8');

describe('a message group', () => {
  it('is delivered in the order of the sends', async () => {
    for (const turn of [1, 2, 3]) await world.send(turn);
    for (const turn of [1, 2, 3]) await world.queue().delete(world.take(turn));
    expect(world.receive()).toBeNull();
  });

  it('is closed while one of its messages is in flight; other groups are not', async () => {
    await world.send(1);
    await world.send(2);
    await world.send(3, B);
    world.take(1);
    world.take(3);
    expect(world.receive()).toBeNull();
  });

  it('keeps its order when a message is received again', async () => {
    await world.send(1);
    await world.send(2);
    world.take(1);
    await world.pass(VISIBILITY);
    world.take(1);
    expect(world.receive()).toBeNull();
  });
});

describe('the visibility of a message', () => {
  it('counts from its receive', async () => {
    await world.send(1);
    await world.pass(minutes(10));
    world.take(1);
    await world.pass(VISIBILITY - 1);
    expect(world.receive()).toBeNull();
    await world.pass(1);
    expect(world.receive()).toMatchObject({ turn: 1, receives: 2 });
  });

  it('counts from its change once it is changed, longer or shorter', async () => {
    await world.send(1);
    const receipt = world.take(1);
    await world.pass(seconds(100));
    expect(await world.queue().changeVisibility(receipt, seconds(60))).toBe('changed');
    await world.pass(seconds(59));
    expect(await world.queue().changeVisibility(receipt, seconds(300))).toBe('changed');
    await world.pass(seconds(299));
    expect(world.receive()).toBeNull();
    await world.pass(seconds(1));
    world.take(1);
  });

  it('is the one of the queue again at the next receive', async () => {
    await world.send(1);
    await world.queue().changeVisibility(world.take(1), seconds(60));
    await world.pass(seconds(60));
    world.take(1);
    await world.pass(seconds(60));
    expect(world.receive()).toBeNull();
  });

  it('of 0 makes it visible at once', async () => {
    await world.send(1);
    expect(await world.queue().changeVisibility(world.take(1), seconds(0))).toBe('changed');
    expect(world.receive()).toMatchObject({ turn: 1, receives: 2 });
  });

  it('is changed to whole seconds, rounded up', async () => {
    await world.send(1);
    await world.queue().changeVisibility(world.take(1), durationMs(1_001));
    await world.pass(1_999);
    expect(world.receive()).toBeNull();
    await world.pass(1);
    world.take(1);
  });
});

describe('a receipt', () => {
  it('expires with the visibility, even if the message is not received again', async () => {
    await world.send(1);
    const receipt = world.take(1);
    await world.pass(VISIBILITY);
    expect(await world.queue().changeVisibility(receipt, seconds(60))).toBe('expired');
    expect(await world.queue().delete(receipt)).toBe('expired');
    world.take(1);
  });

  it('holds nothing once the message is received again', async () => {
    await world.send(1);
    const old = world.take(1);
    await world.pass(VISIBILITY);
    const present = world.take(1);
    expect(await world.queue().delete(old)).toBe('expired');
    expect(await world.queue().delete(present)).toBe('deleted');
  });

  it('of a deleted message, or an unknown one, holds nothing', async () => {
    await world.send(1);
    const receipt = world.take(1);
    await world.queue().delete(receipt);
    expect(await world.queue().changeVisibility(receipt, seconds(60))).toBe('expired');
    expect(await world.queue().delete('unknown')).toBe('expired');
  });
});

describe('a repeated de-duplication id', () => {
  const id = { id: 'same' };

  it('is dropped for 5 minutes after the first send, and not afterwards', async () => {
    await world.send(1, id);
    await world.pass(minutes(5) - 1);
    await world.send(2, id);
    expect(turnsIn(world.queue())).toEqual([1]);
    await world.pass(1);
    await world.send(3, id);
    expect(turnsIn(world.queue())).toEqual([1, 3]);
  });

  it('is dropped after its message was deleted, also after a crash', async () => {
    await world.send(1, id);
    await world.queue().delete(world.take(1));
    await world.send(2, id);
    world.crash();
    world.crash();
    await world.send(3, id);
    expect(turnsIn(world.queue())).toEqual([]);
    await world.pass(minutes(5));
    await world.send(4, id);
    expect(turnsIn(world.queue())).toEqual([4]);
  });

  it('is dropped in any group, or in its own only, as the queue is set', async () => {
    await world.send(1, id);
    await world.send(2, { ...B, ...id });
    expect(turnsIn(world.queue())).toEqual([1]);
    rmSync(join(folder, 'work.jsonl'));
    open({ deduplicationScope: 'messageGroup' });
    await world.send(1, id);
    await world.send(2, { ...B, ...id });
    await world.send(3, id);
    expect(turnsIn(world.queue())).toEqual([1, 2]);
  });
});

describe('a message that was received too often', () => {
  const receiveOften = async (): Promise<void> => {
    for (let count = 1; count <= MAX_RECEIVES; count += 1) {
      world.take(1);
      await world.pass(VISIBILITY);
    }
  };

  it('moves to the dead-letter queue at the next receive, and opens its group', async () => {
    await world.send(1);
    await world.send(2);
    await receiveOften();
    expect(turnsIn(world.dead())).toEqual([]);
    world.take(2);
    expect(turnsIn(world.queue())).toEqual([2]);
    expect(turnsIn(world.dead())).toEqual([1]);
  });

  it('is in the dead-letter queue once after a crash, with its group and ids', async () => {
    await world.send(1);
    const [original] = world.queue().messages();
    await receiveOften();
    // The process ends after the dead-letter queue has stored the message, before its deletion.
    const [exhausted] = world.queue().messages();
    if (exhausted !== undefined) world.dead().takeOver(exhausted);
    world.crash();
    expect(world.receive()).toBeNull();
    expect(turnsIn(world.queue())).toEqual([]);
    const { at: _, ...sent } = Object(original?.sent);
    expect(world.dead().messages()).toEqual([
      { sent: { ...sent, at: world.clock.now() }, hidden: null },
    ]);
  });

  it('can be received from there, and deleted', async () => {
    await world.send(1);
    await receiveOften();
    world.receive();
    const receipt = world.dead().receive()?.hidden.receipt ?? '';
    expect(await world.dead().delete(receipt)).toBe('deleted');
    expect(turnsIn(world.dead())).toEqual([]);
  });
});

describe('a message that is as old as the retention', () => {
  it('is deleted, also in flight, which opens its group', async () => {
    open({ retention: hours(1) });
    await world.send(1);
    await world.pass(minutes(1));
    await world.send(2);
    await world.pass(minutes(58));
    const receipt = world.take(1);
    await world.pass(minutes(1));
    expect(await world.queue().delete(receipt)).toBe('expired');
    world.take(2);
    expect(turnsIn(world.queue())).toEqual([2]);
  });
});

describe('after a crash', () => {
  it('messages keep their order, receives and visibility', async () => {
    await world.send(1);
    await world.send(2);
    const receipt = world.take(1);
    await world.queue().changeVisibility(receipt, seconds(60));
    world.crash();
    expect(world.receive()).toBeNull();
    await world.pass(seconds(60));
    expect(world.receive()).toMatchObject({ turn: 1, receives: 2 });
    expect(turnsIn(world.queue())).toEqual([1, 2]);
  });

  it('a receipt from before it still holds its message', async () => {
    await world.send(1);
    const receipt = world.take(1);
    world.crash();
    expect(await world.queue().delete(receipt)).toBe('deleted');
    world.crash();
    expect(turnsIn(world.queue())).toEqual([]);
  });

  it('the journal has no record of messages whose ids are forgotten', async () => {
    await world.send(1);
    await world.queue().delete(world.take(1));
    await world.pass(minutes(5));
    await world.send(2);
    for (let count = 1; count < MAX_RECEIVES; count += 1) {
      world.take(2);
      await world.pass(VISIBILITY);
    }
    world.crash();
    const types = journal()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type);
    expect(types).toEqual(['sent', 'hidden']);
  });

  it('an incomplete last line is dropped', async () => {
    await world.send(1);
    appendFileSync(join(folder, 'work.jsonl'), '{"type":"deleted","id":');
    world.crash();
    world.take(1);
  });

  it('a journal with an invalid line is refused and kept', () => {
    world.close();
    writeFileSync(join(folder, 'work.jsonl'), '{"type":"lost"}\n');
    expect(() => aQueueWorld(folder)).toThrow(expect.objectContaining({ name: 'StoreDown' }));
    expect(journal()).toBe('{"type":"lost"}\n');
  });
});

describe('a listener', () => {
  it('is called after each change, and when a message is visible again', async () => {
    const listener = vi.fn();
    world.queue().watch(listener);
    await world.send(1);
    await world.pass(0);
    expect(listener).toHaveBeenCalledTimes(2);
    await world.queue().changeVisibility(world.take(1), seconds(60));
    await world.pass(0);
    expect(listener).toHaveBeenCalledTimes(3);
    expect(world.clock.pending()).toEqual([at('12:01')]);
    await world.pass(seconds(60));
    expect(listener).toHaveBeenCalledTimes(4);
    expect(world.clock.pending()).toEqual([]);
  });
});

describe('a closed queue', () => {
  it('accepts and delivers nothing, and leaves no timer', async () => {
    world.queue().watch(() => undefined);
    await world.send(1);
    world.take(1);
    await world.send(2, B);
    world.close();
    expect(world.clock.pending()).toEqual([]);
    await expect(world.send(3)).rejects.toMatchObject({ name: 'StoreDown' });
    expect(() => world.queue().receive()).toThrow(expect.objectContaining({ name: 'StoreDown' }));
    world.close();
  });
});

describe('a fault', () => {
  it('throttles the next call, which has no effect', async () => {
    world.faults.add({ of: 'send', fails: 'throttle', times: 2 });
    for (const turn of [1, 2]) {
      await expect(world.send(turn)).rejects.toMatchObject({ name: 'ProviderDown' });
    }
    await world.send(3);
    expect(turnsIn(world.queue())).toEqual([3]);
  });

  it('loses a message that was accepted, for good', async () => {
    world.faults.add({ of: 'send', fails: 'lose' });
    await world.send(1);
    await world.send(2, { id: 'turn-1' });
    world.crash();
    await world.send(3, { id: 'turn-1' });
    expect(world.receive()).toBeNull();
  });

  it.each([
    ['timeout-before', []],
    ['timeout-after', [1]],
  ] as const)('is a %s the effect, on the clock', async (fails, sent) => {
    world.faults.add({ of: 'send', fails });
    const ended = vi.fn();
    const call = world.send(1).catch(ended);
    await world.pass(seconds(14));
    expect(world.queue().hanging()).toBe(1);
    expect(ended).not.toHaveBeenCalled();
    await world.pass(seconds(1));
    await call;
    expect(ended).toHaveBeenCalledWith(expect.objectContaining({ name: 'ProviderDown' }));
    expect(world.queue().hanging()).toBe(0);
    expect(turnsIn(world.queue())).toEqual(sent);
  });

  it('of one call leaves other calls alone, until all are cleared', async () => {
    world.faults.add({ of: 'changeVisibility', fails: 'throttle', times: Infinity });
    await world.send(1);
    const receipt = world.take(1);
    const renewal = world.queue().changeVisibility(receipt, seconds(60));
    await expect(renewal).rejects.toMatchObject({ name: 'ProviderDown' });
    world.faults.clear();
    expect(await world.queue().changeVisibility(receipt, seconds(60))).toBe('changed');
  });
});
