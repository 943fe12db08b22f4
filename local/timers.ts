// The alarm clock of one machine: what EventBridge schedules are to a deployed service. A timer is
// written to a journal before it counts and leaves it only when its work is done, so that none is
// forgotten by a crash. It never fires early, and may fire twice.

import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import * as z from 'zod/mini';
import { Failure } from '../shared/core/failure.ts';
import { LeaseId } from '../shared/core/ids.ts';
import { EpochMs, minutes } from '../shared/core/time.ts';
import type { Scheduler } from '../shared/ports/workflow.ts';

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
type Journal = { append(change: Change): void; close(): void };

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw new Failure('StoreDown', `the timer journal ${path} can't be read`, { cause });
  }
}

function parseLine(line: string, path: string): Change {
  try {
    return Change.parse(JSON.parse(line));
  } catch (cause) {
    // Guessing on would drop a deadline: a person has to look.
    throw new Failure('StoreDown', `the timer journal ${path} is damaged: ${line}`, { cause });
  }
}

/** The timers a journal leaves set. A last line without its end was never acknowledged. */
function replay(path: string): Map<LeaseId, EpochMs> {
  const set = new Map<LeaseId, EpochMs>();
  for (const line of readText(path).split('\n').slice(0, -1)) {
    const { leaseId, at } = parseLine(line, path);
    if (at === null) set.delete(leaseId);
    else set.set(leaseId, at);
  }
  return set;
}

const lineOf = (change: Change): string => `${JSON.stringify(change)}\n`;

/** Replaces the journal by one line for each timer still set: wholly, or not at all. */
function compact(path: string, set: ReadonlyMap<LeaseId, EpochMs>): void {
  const lines = [...set].map(([leaseId, at]) => lineOf({ leaseId, at }));
  writeFileSync(`${path}.new`, lines.join(''), { flush: true });
  renameSync(`${path}.new`, path);
}

function openJournal(path: string): Journal {
  const file = openSync(path, 'a');
  return {
    append(change) {
      const { size } = fstatSync(file);
      try {
        writeFileSync(file, lineOf(change));
        fdatasyncSync(file);
      } catch (cause) {
        // Half a line, as a full disk leaves it, would spoil the next one.
        ftruncateSync(file, size);
        throw new Failure('StoreDown', `the timer journal ${path} can't be written`, { cause });
      }
    },
    close: () => closeSync(file),
  };
}

const inMemory: Journal = { append: () => undefined, close: () => undefined };

/** The running timers of one journal, by lease. */
function createAlarms({ clock, fire, onError }: TimersOptions, journal: Journal) {
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
  /** Fires a timer; one that was set anew or removed meanwhile is left alone. */
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
  const left = path === null ? new Map<LeaseId, EpochMs>() : replay(path);
  if (path !== null) compact(path, left);
  const journal = path === null ? inMemory : openJournal(path);
  const alarms = createAlarms(options, journal);
  let closed = false;
  /** A file number may belong to another file once it was closed. */
  const mustBeOpen = (): void => {
    if (closed) throw new Failure('StoreDown', 'the timers are closed');
  };

  for (const [leaseId, at] of left) alarms.start(leaseId, at);
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
