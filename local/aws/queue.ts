// An SQS FIFO queue on one computer, on the engine's clock. A message is in the journal before
// `send` returns and until it is deleted, so that a crash loses none.

import { Failure } from '../../shared/core/base/failure.ts';
import { wholeSeconds } from '../../shared/core/base/time.ts';
import type { WorkQueue } from '../../shared/ports/queue.ts';
import { type Journal, memoryJournal } from '../files/journal.ts';
import type { EngineClock } from '../workflow/clock.ts';
import { createFaultyCalls, createQueueFaults, type QueueFaults } from './queue-faults.ts';
import {
  openQueueJournal,
  type QueuedMessage,
  type QueueEntry,
  type ReceivedMessage,
} from './queue-journal.ts';
import { createMessages, type QueueRules } from './queue-messages.ts';

export type LocalQueueOptions = QueueRules & {
  readonly clock: EngineClock;
  /** As in its ARN; ends with `.fifo`. */
  readonly name: string;
  /** A file of JSON lines; null keeps the messages in memory only. */
  readonly journalPath: string | null;
  readonly faults?: QueueFaults;
};

/** The queue port, and what a Lambda event source and a source queue call. */
export type LocalQueue = WorkQueue & {
  readonly name: string;
  /** The next message, which is then in flight; null when none may be received. */
  receive(): ReceivedMessage | null;
  /** `expired` as for `changeVisibility`: the message may be delivered again. */
  delete(receipt: string): Promise<'deleted' | 'expired'>;
  /** Stores a message of the queue whose dead-letter queue this is. Safe to repeat. */
  takeOver(message: QueuedMessage): void;
  /** All messages, also those in flight, in the order of their sends. */
  messages(): readonly QueuedMessage[];
  /** Calls `listener` whenever a message may be visible; one listener at a time. */
  watch(listener: (() => void) | null): void;
  /** The number of calls that only wait for their timeout, until the clock moves. */
  hanging(): number;
  /** Stops the queue. Its messages are there when its journal is opened again. */
  close(): void;
};

/** Calls a listener after each change, and when the next message in flight is visible again. */
function createNotifier(clock: EngineClock, nextChange: () => number | null) {
  let listener: (() => void) | null = null;
  let cancel = (): void => undefined;
  const arm = (): void => {
    cancel();
    const at = listener === null ? null : nextChange();
    cancel = at === null ? () => undefined : clock.at(at, notify);
  };
  const notify = (): void => {
    arm();
    // Not within the call that makes a message visible: the listener receives it.
    queueMicrotask(() => listener?.());
  };
  return {
    arm,
    notify,
    listen(next: (() => void) | null): void {
      listener = next;
      notify();
    },
  };
}

/** After a close, the file descriptor may belong to another file. */
function closable(journal: Journal<QueueEntry>, name: string): Journal<QueueEntry> {
  let closed = false;
  return {
    read: journal.read,
    append(entry) {
      if (closed) throw new Failure('StoreDown', `the queue ${name} is closed`);
      journal.append(entry);
    },
    close() {
      if (!closed) journal.close();
      closed = true;
    },
  };
}

/**
 * A queue that survives this process. Messages that were in flight are visible when their
 * visibility ends, as after a crash of a consumer. Throws StoreDown when the journal is damaged,
 * can't be written, or the queue is closed.
 */
export function createLocalQueue(options: LocalQueueOptions): LocalQueue {
  const { clock, name, journalPath: path, faults = createQueueFaults() } = options;
  const opened = path === null ? memoryJournal<QueueEntry>() : openQueueJournal(path);
  const journal = closable(opened, name);
  const messages = createMessages(journal, options);
  const calls = createFaultyCalls(clock, faults);
  const notifier = createNotifier(clock, () => messages.nextChange(clock.now()));
  /** Changes the message that a receipt holds. */
  const change = <Done>(receipt: string, done: Done, to: (held: ReceivedMessage) => void) => {
    const held = messages.heldBy(receipt, clock.now());
    if (held === null) return 'expired';
    to(held);
    notifier.notify();
    return done;
  };

  return {
    name,
    send: ({ message, group, deduplicationId }) =>
      calls.run('send', (isLost) => {
        const body = JSON.stringify(message);
        const id = messages.send({ group, deduplicationId, body }, clock.now());
        if (id !== null && isLost) messages.remove(id, clock.now());
        notifier.notify();
      }),
    changeVisibility: (receipt, length) =>
      calls.run('changeVisibility', () =>
        change(receipt, 'changed', (held) => {
          // SQS takes whole seconds.
          const until = clock.now() + wholeSeconds(length, 0) * 1_000;
          messages.setVisibility(held, until, clock.now());
        }),
      ),
    delete: (receipt) =>
      calls.run('delete', () =>
        change(receipt, 'deleted', ({ sent }) => messages.remove(sent.id, clock.now())),
      ),
    receive() {
      const received = messages.receive(clock.now());
      notifier.arm();
      return received;
    },
    takeOver(message) {
      messages.takeOver(message, clock.now());
      notifier.notify();
    },
    messages: messages.all,
    watch: notifier.listen,
    hanging: calls.hanging,
    close() {
      notifier.listen(null);
      journal.close();
    },
  };
}
