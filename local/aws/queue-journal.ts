// The journal of a local queue: what happened to each message. It survives the process, also after
// SIGKILL.

import * as z from 'zod/mini';
import { minutes } from '../../shared/core/base/time.ts';
import { type Journal, openJournal } from '../files/journal.ts';

/** SQS drops a repeated de-duplication id for 5 minutes (developer guide, November 2026). */
export const DEDUPLICATION = minutes(5);

const common = { id: z.string(), at: z.number() };
const Sent = z.object({
  type: z.literal('sent'),
  ...common,
  group: z.string(),
  deduplicationId: z.string(),
  body: z.string(),
});
/** A message was received, or its visibility was changed: it is hidden until `until`. */
const Hidden = z.object({
  type: z.literal('hidden'),
  ...common,
  until: z.number(),
  receipt: z.string(),
  receives: z.number(),
  firstReceivedAt: z.number(),
});
const QueueEntry = z.discriminatedUnion('type', [
  Sent,
  Hidden,
  z.object({ type: z.literal('deleted'), ...common }),
]);
export type QueueEntry = z.infer<typeof QueueEntry>;

export type QueuedMessage = {
  readonly sent: z.infer<typeof Sent>;
  /** Its last receive; null before the first. */
  readonly hidden: z.infer<typeof Hidden> | null;
};
export type ReceivedMessage = QueuedMessage & { readonly hidden: z.infer<typeof Hidden> };

/**
 * Drops the records without effect: all but the last receive of a message, and deleted messages
 * whose de-duplication id is forgotten. The last record has the latest time that is known.
 */
function compact(entries: readonly QueueEntry[]): readonly QueueEntry[] {
  const now = entries.at(-1)?.at ?? 0;
  const last = new Map(entries.map((entry) => [entry.id, entry]));
  const recent = entries.filter(({ type, at }) => type === 'sent' && now - at < DEDUPLICATION);
  const remembered = new Set(recent.map(({ id }) => id));
  return entries.filter((entry) => {
    const latest = last.get(entry.id);
    if (latest?.type === 'deleted' && !remembered.has(entry.id)) return false;
    return entry.type !== 'hidden' || entry === latest;
  });
}

/**
 * Opens the journal. It is not synced, so that a delivery doesn't wait for the disk three times: a
 * power failure may lose the last messages, as the fault `lose` does.
 */
export const openQueueJournal = (path: string): Journal<QueueEntry> =>
  openJournal({ path, name: 'queue', schema: QueueEntry, compact, synced: false });
