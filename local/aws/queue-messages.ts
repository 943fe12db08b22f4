// The messages of a local queue, and which of them may be received now. These are the rules of SQS
// FIFO queues (developer guide, November 2026).

import { randomUUID } from 'node:crypto';
import type { DurationMs } from '../../shared/core/base/time.ts';
import type { Journal } from '../files/journal.ts';
import {
  DEDUPLICATION,
  type QueuedMessage,
  type QueueEntry,
  type ReceivedMessage,
} from './queue-journal.ts';

export type QueueRules = {
  /** How long a received message is hidden unless that is changed. */
  readonly visibility: DurationMs;
  /** A message of this age is deleted, also while it is in flight. */
  readonly retention: DurationMs;
  /** Where a de-duplication id counts. */
  readonly deduplicationScope: 'queue' | 'messageGroup';
  /**
   * How often a message is received at most, and what takes it afterwards. Null for a dead-letter
   * queue.
   */
  readonly redrive: {
    readonly maxReceiveCount: number;
    readonly to: { takeOver(message: QueuedMessage): void };
  } | null;
};

type MessageToSend = {
  readonly group: string;
  readonly deduplicationId: string;
  readonly body: string;
};

type Messages = ReadonlyMap<string, QueuedMessage>;

const receivesOf = ({ hidden }: QueuedMessage): number => hidden?.receives ?? 0;
const isExpired = ({ sent }: QueuedMessage, { retention }: QueueRules, now: number): boolean =>
  sent.at + retention <= now;

/** A message is in flight when it was received and is neither visible again nor expired. */
const flightEnd = ({ sent, hidden }: QueuedMessage, { retention }: QueueRules): number =>
  Math.min(hidden?.until ?? 0, sent.at + retention);

const inFlight = (messages: Messages, rules: QueueRules, now: number) =>
  [...messages.values()].filter((message) => now < flightEnd(message, rules));

/** The oldest visible message; a group is closed while a message of it is in flight. */
function firstVisible(messages: Messages, rules: QueueRules, now: number) {
  const closed = new Set(inFlight(messages, rules, now).map(({ sent }) => sent.group));
  return [...messages.values()].find(({ sent }) => !closed.has(sent.group));
}

/** The message as it is received now. Each receive has another receipt. */
function receivedAt(message: QueuedMessage, rules: QueueRules, now: number): ReceivedMessage {
  const { id } = message.sent;
  const receives = receivesOf(message) + 1;
  const hidden = {
    type: 'hidden',
    id,
    at: now,
    until: now + rules.visibility,
    receipt: `${id}/${receives}`,
    receives,
    firstReceivedAt: message.hidden?.firstReceivedAt ?? now,
  } as const;
  return { ...message, hidden };
}

/** The de-duplication ids of the last 5 minutes, also those of deleted messages. */
function createAccepted(scope: QueueRules['deduplicationScope']) {
  const acceptedAt = new Map<string, number>();
  const keyOf = ({ group, deduplicationId }: Omit<MessageToSend, 'body'>): string =>
    scope === 'queue' ? deduplicationId : `${group} ${deduplicationId}`;
  const forget = (now: number): void => {
    for (const [key, at] of acceptedAt) if (now - at >= DEDUPLICATION) acceptedAt.delete(key);
  };
  return {
    add(message: Omit<MessageToSend, 'body'>, now: number): void {
      forget(now);
      acceptedAt.set(keyOf(message), now);
    },
    has(message: MessageToSend, now: number): boolean {
      forget(now);
      return acceptedAt.has(keyOf(message));
    },
  };
}

/** The present state of a journal; `record` changes both. */
function replay(journal: Journal<QueueEntry>, scope: QueueRules['deduplicationScope']) {
  const messages = new Map<string, QueuedMessage>();
  const accepted = createAccepted(scope);
  const apply = (entry: QueueEntry): void => {
    const message = messages.get(entry.id);
    if (entry.type === 'sent') {
      messages.set(entry.id, { sent: entry, hidden: null });
      accepted.add(entry, entry.at);
    } else if (entry.type === 'deleted') messages.delete(entry.id);
    else if (message !== undefined) messages.set(entry.id, { ...message, hidden: entry });
  };
  for (const entry of journal.read()) apply(entry);
  const record = (entry: QueueEntry): void => {
    journal.append(entry);
    apply(entry);
  };
  return { messages, accepted, record };
}

/** The messages of one journal. Each method takes the present time. */
export function createMessages(journal: Journal<QueueEntry>, rules: QueueRules) {
  const { redrive } = rules;
  const { messages, accepted, record } = replay(journal, rules.deduplicationScope);

  const remove = (id: string, now: number): void => record({ type: 'deleted', id, at: now });
  return {
    remove,
    /** All messages, in the order of their sends. */
    all: (): readonly QueuedMessage[] => [...messages.values()],
    /** Stores a message and returns its id; null when it is a duplicate. */
    send(message: MessageToSend, now: number): string | null {
      if (accepted.has(message, now)) return null;
      const id = randomUUID();
      record({ type: 'sent', id, at: now, ...message });
      return id;
    },
    /** The retention starts again, as in the dead-letter queue of a FIFO queue. */
    takeOver({ sent }: QueuedMessage, now: number): void {
      if (!messages.has(sent.id)) record({ ...sent, at: now });
    },
    /** A message moves to the dead-letter queue at the receive that would be one too many. */
    receive(now: number): ReceivedMessage | null {
      const expired = [...messages.values()].filter((message) => isExpired(message, rules, now));
      for (const { sent } of expired) remove(sent.id, now);
      for (;;) {
        const message = firstVisible(messages, rules, now);
        if (message === undefined) return null;
        const isOneTooMany = redrive !== null && receivesOf(message) >= redrive.maxReceiveCount;
        if (!isOneTooMany) {
          const received = receivedAt(message, rules, now);
          record(received.hidden);
          return received;
        }
        redrive.to.takeOver(message);
        remove(message.sent.id, now);
      }
    },
    /**
     * The message that this receipt holds. A receipt of a FIFO queue expires with the visibility,
     * even if the message isn't received again (re:Post, "ReceiptHandleIsInvalid", November 2026).
     */
    heldBy(receipt: string, now: number): ReceivedMessage | null {
      for (const { sent, hidden } of inFlight(messages, rules, now)) {
        if (hidden?.receipt === receipt) return { sent, hidden };
      }
      return null;
    },
    /** The new time counts from now, and only until the next receive. */
    setVisibility({ hidden }: ReceivedMessage, until: number, now: number): void {
      record({ ...hidden, at: now, until });
    },
    /** When the next message stops being in flight; null when none is. */
    nextChange(now: number): number | null {
      const ends = inFlight(messages, rules, now).map((message) => flightEnd(message, rules));
      return ends.length === 0 ? null : Math.min(...ends);
    },
  };
}
