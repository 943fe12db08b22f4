// Timers in place of EventBridge schedules. A timer is in the journal before `arm` returns and
// until its work is done, so that a crash loses none. A timer never fires early and may fire twice.

import * as z from 'zod/mini';
import { Failure } from '../../shared/core/base/failure.ts';
import { LeaseId } from '../../shared/core/base/ids.ts';
import { EpochMs, minutes } from '../../shared/core/base/time.ts';
import type { Scheduler } from '../../shared/ports/scheduler.ts';
import { type Journal, memoryJournal, openJournal } from '../files/journal.ts';

/** The wait before failed work is retried, as EventBridge retries its targets. */
const RETRY_AFTER = minutes(1);

export type TimersOptions = {
  readonly clock: {
    now(): number;
    /**
     * Calls `fire` once, at `instant` or immediately when it is past; returns a cancel function.
     */
    at(instant: number, fire: () => void): () => void;
  };
  /** A file of JSON lines; null keeps the timers in memory only. */
  readonly journalPath: string | null;
  readonly fire: (leaseId: LeaseId) => Promise<unknown>;
  /** Called for each failed firing, which is retried. */
  readonly onError: (error: unknown, leaseId: LeaseId) => void;
};

export type Timers = Scheduler & {
  /** When the timer fires; null when none is set. */
  at(leaseId: LeaseId): number | null;
  /** Stops all timers. Those in the journal resume when it is opened again. */
  close(): void;
};

/** One change: a timer is set to an instant, or removed. */
const Change = z.object({ leaseId: LeaseId, at: z.nullable(EpochMs) });
type Change = z.infer<typeof Change>;

type Timer = { readonly at: number; cancel: () => void };

/** The last change of each timer that is set. */
function compact(changes: readonly Change[]): readonly Change[] {
  const last = new Map(changes.map((change) => [change.leaseId, change]));
  return [...last.values()].filter(({ at }) => at !== null);
}

const open = (path: string): Journal<Change> =>
  openJournal({ path, name: 'timer', schema: Change, compact, synced: true });

/** The running timers of one journal, by lease. */
function createTimerSet({ clock, fire, onError }: TimersOptions, journal: Journal<Change>) {
  const timers = new Map<LeaseId, Timer>();

  const start = (leaseId: LeaseId, at: number): void => {
    timers.get(leaseId)?.cancel();
    const timer: Timer = { at, cancel: () => undefined };
    timers.set(leaseId, timer);
    timer.cancel = clock.at(at, () => void run(leaseId, timer));
  };
  const remove = (leaseId: LeaseId): void => {
    if (!timers.has(leaseId)) return;
    journal.append({ leaseId, at: null });
    timers.get(leaseId)?.cancel();
    timers.delete(leaseId);
  };
  /** Fires a timer. A timer that its work sets or removes is not changed afterwards. */
  const run = async (leaseId: LeaseId, timer: Timer): Promise<void> => {
    const isCurrent = () => timers.get(leaseId) === timer;
    try {
      await fire(leaseId);
      if (isCurrent()) remove(leaseId);
    } catch (error) {
      onError(error, leaseId);
      if (isCurrent()) start(leaseId, clock.now() + RETRY_AFTER);
    }
  };
  const stop = (): void => {
    for (const timer of timers.values()) timer.cancel();
    timers.clear();
  };
  return { at: (leaseId: LeaseId) => timers.get(leaseId)?.at ?? null, start, remove, stop };
}

/**
 * Timers that survive this process. Timers in the journal are armed again with their original
 * instants; overdue ones fire immediately. Throws StoreDown when the journal is damaged. The timers
 * throw StoreDown when the journal can't be written or they are closed.
 */
export function createTimers(options: TimersOptions): Timers {
  const { journalPath: path } = options;
  const journal = path === null ? memoryJournal<Change>() : open(path);
  const set = createTimerSet(options, journal);
  let closed = false;
  /** After a close, the file descriptor may belong to another file. */
  const mustBeOpen = (): void => {
    if (closed) throw new Failure('StoreDown', 'the timers are closed');
  };

  for (const { leaseId, at } of journal.read()) {
    if (at !== null) set.start(leaseId, at);
  }
  return {
    at: set.at,
    async arm(leaseId, at) {
      mustBeOpen();
      journal.append({ leaseId, at });
      set.start(leaseId, at);
    },
    async disarm(leaseId) {
      mustBeOpen();
      set.remove(leaseId);
    },
    close() {
      if (closed) return;
      closed = true;
      set.stop();
      journal.close();
    },
  };
}
