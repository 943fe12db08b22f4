// The local timers, on a clock that the test sets and a journal in a real file.

import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTimers, type Timers } from '../../../local/aws/scheduler.ts';
import type { LeaseId } from '../../../shared/core/base/ids.ts';
import { aLeaseId, at } from '../../support/builders/base.ts';

const A = aLeaseId('a');
const B = aLeaseId('b');

/** A clock that only the test moves; due timers fire in order. */
function handClock(start: number) {
  let now = start;
  const waiting = new Set<{ readonly instant: number; readonly fire: () => void }>();
  return {
    now: () => now,
    at(instant: number, fire: () => void) {
      const alarm = { instant, fire };
      waiting.add(alarm);
      return () => void waiting.delete(alarm);
    },
    pending: () => [...waiting].map(({ instant }) => instant),
    async set(instant: number) {
      now = instant;
      const due = [...waiting].filter((alarm) => alarm.instant <= now);
      for (const alarm of due.sort((a, b) => a.instant - b.instant)) {
        if (waiting.delete(alarm)) alarm.fire();
      }
      await turn();
    },
  };
}

let folder = '';
let journalPath = '';
let clock = handClock(0);
let fired: LeaseId[] = [];
let errors: unknown[] = [];
let open: Timers[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'timers-'));
  journalPath = join(folder, 'timers.jsonl');
  clock = handClock(at('12:00'));
  [fired, errors, open] = [[], [], []];
});

afterEach(() => {
  for (const timers of open) timers.close();
  rmSync(folder, { recursive: true });
});

/** Timers on this test's journal. Firing is recorded, then `work` runs. */
function start(work: (leaseId: LeaseId) => Promise<unknown> = async () => undefined): Timers {
  const timers = createTimers({
    clock,
    journalPath,
    fire(leaseId) {
      fired.push(leaseId);
      return work(leaseId);
    },
    onError: (error) => errors.push(error),
  });
  open.push(timers);
  return timers;
}

/** Stops the timers as a crash does: the journal remains, the timers do not. */
function crash(timers: Timers, clockOfNext: number): void {
  timers.close();
  open = [];
  clock = handClock(clockOfNext);
}

const journal = () => readFileSync(journalPath, 'utf8');

describe('a timer', () => {
  it('fires once, at its instant and not before', async () => {
    await start().arm(A, at('13:00'));
    await clock.set(at('12:59:59'));
    expect(fired).toEqual([]);
    await clock.set(at('13:00'));
    await clock.set(at('14:00'));
    expect(fired).toEqual([A]);
  });

  it('is moved by arming it again: each lease has one', async () => {
    const timers = start();
    await timers.arm(A, at('13:00'));
    await timers.arm(A, at('13:30'));
    await timers.arm(B, at('13:10'));
    expect(clock.pending()).toEqual([at('13:30'), at('13:10')]);
    await clock.set(at('13:29'));
    expect(fired).toEqual([B]);
  });

  it('never fires after it is disarmed; disarming a missing timer does nothing', async () => {
    const timers = start();
    await timers.arm(A, at('13:00'));
    await timers.disarm(A);
    await timers.disarm(A);
    await timers.disarm(B);
    await clock.set(at('14:00'));
    expect(fired).toEqual([]);
    expect(journal().split('\n')).toHaveLength(3);
  });

  it('works without a journal', async () => {
    const timers = createTimers({
      clock,
      journalPath: null,
      fire: async (leaseId) => fired.push(leaseId),
      onError: (error) => errors.push(error),
    });
    await timers.arm(A, at('13:00'));
    await timers.disarm(B);
    await clock.set(at('13:00'));
    timers.close();
    expect({ fired, errors }).toEqual({ fired: [A], errors: [] });
  });
});

describe('a timer whose work fails', () => {
  it('is reported, and retried every minute until it succeeds', async () => {
    const trouble = new Error('the store is down');
    let failures = 2;
    await start(async () => {
      failures -= 1;
      if (failures >= 0) throw trouble;
    }).arm(A, at('13:00'));
    await clock.set(at('13:00'));
    expect(clock.pending()).toEqual([at('13:01')]);
    await clock.set(at('13:01'));
    await clock.set(at('13:02'));
    await clock.set(at('13:03'));
    expect({ fired, errors }).toEqual({ fired: [A, A, A], errors: [trouble, trouble] });
  });

  it('is retried when the work throws synchronously', async () => {
    await start(() => {
      throw new Error('at once');
    }).arm(A, at('13:00'));
    await clock.set(at('13:00'));
    expect(errors).toHaveLength(1);
    expect(clock.pending()).toEqual([at('13:01')]);
  });

  it('stays in the journal with its original instant', async () => {
    const timers = start(() => Promise.reject(new Error('down')));
    await timers.arm(A, at('13:00'));
    await clock.set(at('13:00'));
    crash(timers, at('13:00:30'));
    start();
    expect(clock.pending()).toEqual([at('13:00')]);
  });
});

describe('while its work runs, a timer', () => {
  it('that the work arms again is kept', async () => {
    const timers = start((leaseId) => timers.arm(leaseId, at('13:05')));
    await timers.arm(A, at('13:00'));
    await clock.set(at('13:00'));
    expect(clock.pending()).toEqual([at('13:05')]);
  });

  it('that the work arms again before it fails keeps the newer instant', async () => {
    const timers = start(async (leaseId) => {
      await timers.arm(leaseId, at('13:05'));
      throw new Error('the provider is down');
    });
    await timers.arm(A, at('13:00'));
    await clock.set(at('13:00'));
    expect(clock.pending()).toEqual([at('13:05')]);
    expect(errors).toHaveLength(1);
  });

  it('that the work disarms is not retried when the work fails', async () => {
    const timers = start(async (leaseId) => {
      await timers.disarm(leaseId);
      throw new Error('too late');
    });
    await timers.arm(A, at('13:00'));
    await clock.set(at('13:00'));
    expect(clock.pending()).toEqual([]);
  });

  it('is still in the journal when the process stops', async () => {
    const work = Promise.withResolvers<void>();
    const timers = start(() => work.promise);
    await timers.arm(A, at('13:00'));
    await clock.set(at('13:00'));
    crash(timers, at('13:10'));
    work.resolve();
    await turn();
    start();
    await clock.set(at('13:10'));
    expect(fired).toEqual([A, A]);
  });
});

describe('after a restart', () => {
  it('timers keep their original instants, and overdue ones fire immediately', async () => {
    const timers = start();
    await timers.arm(A, at('13:00'));
    await timers.arm(B, at('15:00'));
    crash(timers, at('14:00'));
    start();
    expect(clock.pending()).toEqual([at('13:00'), at('15:00')]);
    await clock.set(at('14:00'));
    expect(fired).toEqual([A]);
  });

  it('timers that fired or were disarmed do not return', async () => {
    const timers = start();
    await timers.arm(A, at('13:00'));
    await timers.arm(B, at('15:00'));
    await clock.set(at('13:00'));
    await timers.disarm(B);
    crash(timers, at('16:00'));
    start();
    expect(clock.pending()).toEqual([]);
    expect(journal()).toBe('');
  });

  it('the journal has one line per timer, and its temporary file is gone', async () => {
    const timers = start();
    for (const minute of ['13:00', '13:10', '13:20']) await timers.arm(A, at(minute));
    crash(timers, at('12:30'));
    start();
    expect(journal()).toBe(`{"leaseId":"${A}","at":${at('13:20')}}\n`);
    expect(existsSync(`${journalPath}.new`)).toBe(false);
  });

  it('an incomplete last line is dropped, and the journal accepts new timers', async () => {
    const timers = start();
    await timers.arm(A, at('13:00'));
    crash(timers, at('12:30'));
    appendFileSync(journalPath, `{"leaseId":"${B}","at":17936`);
    const next = start();
    expect(clock.pending()).toEqual([at('13:00')]);
    await next.arm(B, at('13:30'));
    crash(next, at('12:40'));
    start();
    expect(clock.pending()).toEqual([at('13:00'), at('13:30')]);
  });

  it.each(['nonsense', '{"leaseId":"b","at":1}', '{"at":1}'])(
    'a journal with the invalid line %j is refused and kept',
    (line) => {
      writeFileSync(journalPath, `${line}\n`);
      const message = `the timer journal is damaged at ${journalPath}:1`;
      expect(() => start()).toThrow(expect.objectContaining({ name: 'StoreDown', message }));
      expect(journal()).toBe(`${line}\n`);
    },
  );

  it('a journal path that is a folder is refused', () => {
    journalPath = folder;
    expect(() => start()).toThrow(expect.objectContaining({ name: 'StoreDown' }));
    expect(existsSync(`${folder}.new`)).toBe(false);
  });
});

describe('a closed set of timers', () => {
  it('fires no timer and accepts no new one', async () => {
    const timers = start();
    await timers.arm(A, at('13:00'));
    timers.close();
    open = [];
    await clock.set(at('14:00'));
    expect(fired).toEqual([]);
    await expect(timers.arm(B, at('15:00'))).rejects.toMatchObject({ name: 'StoreDown' });
    await expect(timers.disarm(A)).rejects.toMatchObject({ name: 'StoreDown' });
    expect(clock.pending()).toEqual([]);
    timers.close();
  });
});
