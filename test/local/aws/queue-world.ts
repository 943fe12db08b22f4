// A local queue with its dead-letter queue, on virtual time, and messages for it.

import { createLocalQueue, type LocalQueue } from '../../../local/aws/queue.ts';
import { createQueueFaults } from '../../../local/aws/queue-faults.ts';
import type { QueueRules } from '../../../local/aws/queue-messages.ts';
import { createVirtualClock } from '../../../local/workflow/clock.ts';
import { hours, seconds } from '../../../shared/core/base/time.ts';
import type { WorkToSend } from '../../../shared/core/lease/work-message.ts';
import { aLeaseId, at } from '../../support/builders/base.ts';

export const VISIBILITY = seconds(210);
export const MAX_RECEIVES = 3;

/** The message of turn `turn`, alone with its de-duplication id unless one is given. */
const aMessage = (turn: number, { group = 'a#launch#0', id = `turn-${turn}` } = {}) =>
  ({
    message: { lease: aLeaseId(), generation: 1, step: 'launch', turn },
    group,
    deduplicationId: id,
  }) satisfies WorkToSend;

/** The turn in a message's body. */
export const turnOf = (body: string): number => JSON.parse(body).turn;

export const turnsIn = (queue: LocalQueue): readonly number[] =>
  queue.messages().map(({ sent }) => turnOf(sent.body));

export type QueueWorld = ReturnType<typeof aQueueWorld>;

/** Queues with journals in `folder`, or in memory. */
export function aQueueWorld(folder: string | null = null, rules: Partial<QueueRules> = {}) {
  const clock = createVirtualClock(at('12:00'));
  const faults = createQueueFaults();
  const common = { clock, visibility: VISIBILITY, retention: hours(24 * 14) };
  const openDead = () =>
    createLocalQueue({
      ...common,
      name: 'dead.fifo',
      deduplicationScope: 'queue',
      journalPath: folder && `${folder}/dead.jsonl`,
      redrive: null,
    });
  const openQueue = (to: LocalQueue) =>
    createLocalQueue({
      ...common,
      name: 'work.fifo',
      deduplicationScope: 'queue',
      journalPath: folder && `${folder}/work.jsonl`,
      redrive: { maxReceiveCount: MAX_RECEIVES, to },
      faults,
      ...rules,
    });
  let dead = openDead();
  let queue = openQueue(dead);
  const close = (): void => {
    queue.close();
    dead.close();
  };
  return {
    clock,
    faults,
    queue: () => queue,
    dead: () => dead,
    close,
    /** The process ends, and another one opens the journals. */
    crash(): void {
      close();
      dead = openDead();
      queue = openQueue(dead);
    },
    pass: (length: number) => clock.advanceTo(clock.now() + length),
    send: (turn: number, options?: { group?: string; id?: string }) =>
      queue.send(aMessage(turn, options)),
    /** Receives one message: its turn and receipt; null when there is none. */
    receive() {
      const received = queue.receive();
      if (received === null) return null;
      const { sent, hidden } = received;
      return { turn: turnOf(sent.body), receipt: hidden.receipt, receives: hidden.receives };
    },
    /** Receives a message that must be there, and returns its receipt. */
    take(turn: number): string {
      const received = queue.receive();
      const found = received === null ? null : turnOf(received.sent.body);
      if (received === null || found !== turn) throw new Error(`received ${found}, not ${turn}`);
      return received.hidden.receipt;
    },
  };
}
