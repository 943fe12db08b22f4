// The alarm clock of one machine: what EventBridge schedules are to a deployed service. A timer is
// written to a journal before it counts and leaves it only when its work is done, so that none is
// forgotten by a crash. It never fires early, and may fire twice.

import * as z from 'zod/mini';
import { Failure } from '../../shared/core/base/failure.ts';
import { LeaseId } from '../../shared/core/base/ids.ts';
import { EpochMs, minutes } from '../../shared/core/base/time.ts';
import type { Scheduler } from '../../shared/ports/scheduler.ts';
import { type Journal, memoryJournal, openJournal } from '../files/journal.ts';

/** A timer whose work failed is tried again after this, as EventBridge retries its targets. */
const RETRY_AFTER = minutes(1);

export type TimersOptions = {
  readonly clock: {
    now(): number;
    /** Calls `fire` once, at `instant` or at once when that is past; returns its cancel. */
    at(instant: number, fire: () => void): () => void;
  };
  /** A file of JSON lines; null keeps the timers in memory only. */
  readonly journalPath: string | null;
  readonly fire: (leaseId: LeaseId) => Promise<unknown>;
  /** Told of each failed firing; it is tried again. */
  readonly onError: (error: unknown, leaseId: LeaseId) => void;
};

export type Timers = Scheduler & {
  /** Stops all timers. Those in the journal go on when it is opened again. */
  close(): void;
};

/** One change: a timer is set to an instant, or removed. */
const Change = z.object({ leaseId: LeaseId, at: z.nullable(EpochMs) });
type Change = z.infer<typeof Change>;

type Timer = { cancel: () => void };

/** The last change of each timer that is still set. */
function compact(changes: readonly Change[]): readonly Change[] {
  const last = new Map(changes.map((change) => [change.leaseId, change]));
  return [...last.values()].filter(({ at }) => at !== null);
}

const open = (path: string): Journal<Change> =>
  openJournal({ path, name: 'timer', schema: Change, compact, synced: true });

/** The running timers of one journal, by lease. */
function createAlarms({ clock, fire, onError }: TimersOptions, journal: Journal<Change>) {
  const timers = new Map<LeaseId, Timer>();

  const start = (leaseId: LeaseId, at: number): void => {
    timers.get(leaseId)?.cancel();
    const timer: Timer = { cancel: () => undefined };
    timers.set(leaseId, timer);
    timer.cancel = clock.at(at, () => void ring(leaseId, timer));
  };
  const forget = (leaseId: LeaseId): void => {
    if (!timers.has(leaseId)) return;
    journal.append({ leaseId, at: null });
    timers.get(leaseId)?.cancel();
    timers.delete(leaseId);
  };
  /** Fires a timer; one that was set again or removed meanwhile is left alone. */
  const ring = async (leaseId: LeaseId, timer: Timer): Promise<void> => {
    const stillSet = () => timers.get(leaseId) === timer;
    try {
      await fire(leaseId);
      if (stillSet()) forget(leaseId);
    } catch (error) {
      onError(error, leaseId);
      if (stillSet()) start(leaseId, clock.now() + RETRY_AFTER);
    }
  };
  const stop = (): void => {
    for (const timer of timers.values()) timer.cancel();
    timers.clear();
  };
  return { start, forget, stop };
}

/**
 * Timers that survive this process. Those of an older process are armed again with their original
 * instants; overdue ones fire at once. Throws StoreDown when the journal can't be understood, and
 * so do the timers when it can't be written or they are closed.
 */
export function createTimers(options: TimersOptions): Timers {
  const { journalPath: path } = options;
  const journal = path === null ? memoryJournal<Change>() : open(path);
  const alarms = createAlarms(options, journal);
  let closed = false;
  /** A file number may belong to another file once it was closed. */
  const mustBeOpen = (): void => {
    if (closed) throw new Failure('StoreDown', 'the timers are closed');
  };

  for (const { leaseId, at } of journal.read()) {
    if (at !== null) alarms.start(leaseId, at);
  }
  return {
    async arm(leaseId, at) {
      mustBeOpen();
      journal.append({ leaseId, at });
      alarms.start(leaseId, at);
    },
    async disarm(leaseId) {
      mustBeOpen();
      alarms.forget(leaseId);
    },
    close() {
      if (closed) return;
      closed = true;
      alarms.stop();
      journal.close();
    },
  };
}
